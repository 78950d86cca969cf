import type { Finding } from "../finding.ts";
import { type CheckedCounts, describeChecked, describeCounts } from "../report.ts";
import { detailsOf } from "./details.ts";

/** GitHub-flavoured Markdown for a comment on a pull request or a job's summary: a heading and a table of findings. */
export function formatMarkdown(
  findings: readonly Finding[],
  checked: CheckedCounts,
  pathOf: (file: string) => string,
): string {
  const heading = `### schemas ${checked.command ?? "check"}: ${describeCounts(findings)}`;
  const table =
    findings.length === 0
      ? []
      : [
          "",
          "| severity | place | rule | finding |",
          "| --- | --- | --- | --- |",
          ...findings.map((finding) => rowOf(finding, pathOf)),
        ];
  return `${[heading, "", escapeMarkdown(describeChecked(checked)), ...table].join("\n")}\n`;
}

function rowOf(finding: Finding, pathOf: (file: string) => string): string {
  const place = `${pathOf(finding.file)}:${finding.line}:${finding.column}`;
  const text = detailsOf(finding, pathOf).map(escapeMarkdown).join("<br>");
  return `| ${finding.severity} | ${escapeMarkdown(place)} | \`${finding.rule}\` | ${text} |`;
}

/** What a schema's author wrote stays text: no formatting, no HTML, no new cell, and no mention of a user. */
function escapeMarkdown(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replace(/[\\`*_[\]|~#!]/g, "\\$&")
    .replaceAll("@", "&#64;")
    .replace(/\r\n|\r|\n/g, "<br>");
}
