import type { Finding } from "../finding.ts";
import type { CheckedCounts } from "../report.ts";
import { detailsOf } from "./details.ts";
import { fingerprintsOf } from "./fingerprints.ts";

/** GitLab knows info, minor, major, critical and blocker. */
const severities = { error: "critical", warning: "minor", note: "info" } as const;

/**
 * A Code Quality report for `artifacts:reports:codequality`
 * (https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format).
 */
export function formatGitLab(
  findings: readonly Finding[],
  _checked: CheckedCounts,
  pathOf: (file: string) => string,
): string {
  const fingerprints = fingerprintsOf(findings, pathOf);
  const issues = findings.map((finding) => ({
    type: "issue",
    check_name: finding.rule,
    description: detailsOf(finding, pathOf).join("\n"),
    severity: severities[finding.severity],
    fingerprint: fingerprints.get(finding),
    categories: ["Compatibility"],
    location: {
      path: pathOf(finding.file),
      lines: { begin: finding.line },
    },
  }));
  return `${JSON.stringify(issues, null, 2)}\n`;
}
