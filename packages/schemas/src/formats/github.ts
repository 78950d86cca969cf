import type { Finding } from "../finding.ts";
import { type CheckedCounts, formatSummary } from "../report.ts";
import { detailsOf } from "./details.ts";

const commands = { error: "error", warning: "warning", note: "notice" } as const;

/**
 * Workflow commands, which GitHub Actions turns into annotations of the changed lines
 * (https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands). The last line is the summary.
 */
export function formatGitHub(
  findings: readonly Finding[],
  checked: CheckedCounts,
  pathOf: (file: string) => string,
): string {
  const lines = findings.map((finding) => commandOf(finding, pathOf));
  return `${[...lines, formatSummary(findings, checked)].join("\n")}\n`;
}

function commandOf(finding: Finding, pathOf: (file: string) => string): string {
  const properties = {
    file: pathOf(finding.file),
    line: String(finding.line),
    col: String(finding.column),
    title: `schemas: ${finding.rule}`,
  };
  const list = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(value)}`);
  return `::${commands[finding.severity]} ${list.join(",")}::${escapeData(detailsOf(finding, pathOf).join("\n"))}`;
}

/** The runner decodes these three in a message, so that it stays on one line. */
function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

/** In a property a colon or a comma would end the value. */
function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
