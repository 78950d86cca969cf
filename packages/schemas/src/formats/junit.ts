import type { Finding } from "../finding.ts";
import type { CheckedCounts } from "../report.ts";
import { detailsOf } from "./details.ts";

/**
 * JUnit XML in the form that Jenkins' xUnit plugin, GitLab and others read: a suite for each file with findings, a test
 * case for each finding. Only errors are failures; warnings and notes pass and tell their text in `system-out`. Without
 * findings one passing case stands for the run, as readers take an empty report for a mistake.
 */
export function formatJUnit(
  findings: readonly Finding[],
  checked: CheckedCounts,
  pathOf: (file: string) => string,
): string {
  const byFile = Map.groupBy(findings, ({ file }) => file);
  const suites = [...byFile].map(([file, found]) => suiteOf(pathOf(file), found, pathOf));
  const tests = Math.max(findings.length, 1);
  const name = `schemas check, mode ${checked.mode}`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name, ...countsOf(tests, findings) })}>`,
    ...(suites.length === 0 ? [passedSuite(checked)] : suites),
    "</testsuites>\n",
  ].join("\n");
}

function suiteOf(path: string, findings: readonly Finding[], pathOf: (file: string) => string): string {
  const opening = attributes({ name: path, ...countsOf(findings.length, findings) });
  const cases = findings.map((finding) => caseOf(path, finding, pathOf));
  return [`  <testsuite${opening}>`, ...cases, "  </testsuite>"].join("\n");
}

function caseOf(path: string, finding: Finding, pathOf: (file: string) => string): string {
  const place = `${path}:${finding.line}:${finding.column}`;
  const opening = attributes({ name: `${finding.rule} at ${finding.line}:${finding.column}`, classname: path });
  const text = escapeXml([place, ...detailsOf(finding, pathOf)].join("\n"));
  const outcome =
    finding.severity === "error"
      ? `<failure${attributes({ type: finding.rule, message: finding.message })}>${text}</failure>`
      : `<system-out>${escapeXml(finding.severity)}: ${text}</system-out>`;
  return `    <testcase${opening}>\n      ${outcome}\n    </testcase>`;
}

function passedSuite(checked: CheckedCounts): string {
  const name = `${checked.versions} versions of ${checked.events} events`;
  return [
    `  <testsuite${attributes({ name: "schemas check", ...countsOf(1, []) })}>`,
    `    <testcase${attributes({ name, classname: "schemas check" })}/>`,
    "  </testsuite>",
  ].join("\n");
}

function countsOf(tests: number, findings: readonly Finding[]): Readonly<Record<string, string>> {
  const failures = findings.filter(({ severity }) => severity === "error").length;
  return { tests: String(tests), failures: String(failures), errors: "0" };
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeXml(value).replaceAll("\n", "&#10;")}"`)
    .join("");
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** XML 1.0 has no form for most control characters, not even an escaped one: they become U+FFFD. */
const notInXml = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

function escapeXml(text: string): string {
  return text.replace(notInXml, "\u{FFFD}").replace(/[&<>"]/g, (character) => entities[character] ?? character);
}
