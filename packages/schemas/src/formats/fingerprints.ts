import { createHash } from "node:crypto";
import type { Finding } from "../finding.ts";

/**
 * One SHA-256 a finding, by which a platform knows it again in the next run. Lines and columns have no part in it, as
 * edits elsewhere in a file move them; equal findings of one file are told apart by their order.
 */
export function fingerprintsOf(
  findings: readonly Finding[],
  pathOf: (file: string) => string,
): ReadonlyMap<Finding, string> {
  const seen = new Map<string, number>();
  return new Map(
    findings.map((finding) => {
      const text = JSON.stringify([pathOf(finding.file), finding.rule, finding.message]);
      const count = (seen.get(text) ?? 0) + 1;
      seen.set(text, count);
      return [finding, createHash("sha256").update(`${text}${count}`).digest("hex")];
    }),
  );
}
