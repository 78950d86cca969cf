import type { Finding } from "../finding.ts";
import { describeHurt, remedyOf } from "../report.ts";

/** All that a finding says but its place, a line each: the message, the other place, the services that it hurts, the remedy. */
export function detailsOf(finding: Finding, pathOf: (file: string) => string): readonly string[] {
  const { message, related } = finding;
  const hurt = describeHurt(finding);
  const remedy = remedyOf(finding);
  return [
    message,
    ...(related === undefined ? [] : [`${pathOf(related.file)}:${related.line}:${related.column}: ${related.message}`]),
    ...(hurt === null ? [] : [hurt]),
    ...(remedy === null ? [] : [remedy]),
  ];
}
