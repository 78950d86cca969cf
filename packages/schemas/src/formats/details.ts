import type { Finding } from "../finding.ts";

/** All that a finding says but its place, a line each: the message, the other place, the help. */
export function detailsOf({ message, related, help }: Finding, pathOf: (file: string) => string): readonly string[] {
  return [
    message,
    ...(related === undefined ? [] : [`${pathOf(related.file)}:${related.line}:${related.column}: ${related.message}`]),
    ...(help === undefined ? [] : [`help: ${help}`]),
  ];
}
