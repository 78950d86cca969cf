import { type Finding, startOf } from "../finding.ts";
import type { SchemaLock } from "../lock-file.ts";
import type { EventHistory } from "../schema-tree.ts";

/**
 * Versions count up from 1. The lock explains a number without a file: the version was retired, or `released-removed`
 * tells that it is gone.
 */
export function checkVersionGaps(event: EventHistory, lock: SchemaLock): readonly Finding[] {
  const locked = lock.get(event.name.type);
  const findings: Finding[] = [];
  let expected = 1;
  for (const { version, file } of event.versions) {
    while (expected < version && locked?.has(expected) === true) expected += 1;
    if (version !== expected) {
      findings.push({
        ...startOf(file),
        rule: "version-gap",
        severity: "error",
        message: `v${version} of ${event.name.type} follows ${expected === 1 ? "no version" : `v${expected - 1}`}: v${expected} is missing`,
        help: `rename the file to v${expected}.avsc; versions count up from 1 without gaps`,
      });
    }
    expected = version + 1;
  }
  return findings;
}
