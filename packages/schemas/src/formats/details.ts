import type { Finding } from "../finding.ts";
import { remedyOf } from "../report.ts";

/** All that a finding says but its place, a line each: the message, the other place, the remedy. */
export function detailsOf(finding: Finding, pathOf: (file: string) => string): readonly string[] {
  const { message, related } = finding;
  const remedy = remedyOf(finding);
  return [
    message,
    ...(related === undefined ? [] : [`${pathOf(related.file)}:${related.line}:${related.column}: ${related.message}`]),
    ...(remedy === null ? [] : [remedy]),
  ];
}
