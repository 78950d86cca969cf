import { pathToFileURL } from "node:url";
import type { Finding, Location, Rule } from "../finding.ts";
import { describeLintRule } from "../lint/lint-rule-docs.ts";
import { isLintRuleId, type LintRuleId } from "../lint/rule-ids.ts";
import { type CheckedCounts, describeHurt, remedyOf } from "../report.ts";
import { rulePage, rulePageUrl } from "../rule-pages.ts";
import { ruleDocs } from "../rules/rule-docs.ts";
import { fingerprintsOf } from "./fingerprints.ts";

/**
 * SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html), for code scanning. Each rule carries
 * its page of documentation.
 */
export function formatSarif(
  findings: readonly Finding[],
  checked: CheckedCounts,
  pathOf: (file: string) => string,
): string {
  const used = [...new Set(findings.map(({ rule }) => rule))];
  const fingerprints = fingerprintsOf(findings, pathOf);
  const run = {
    tool: { driver: { name: "waybill schemas", rules: used.map(descriptorOf) } },
    columnKind: "utf16CodeUnits",
    results: findings.map((finding) => ({
      ...resultOf(finding, used.indexOf(finding.rule), pathOf),
      partialFingerprints: { "waybillFinding/v1": fingerprints.get(finding) },
    })),
    properties: { mode: checked.mode, events: checked.events, versions: checked.versions },
  };
  const log = { $schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs: [run] };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function descriptorOf(id: Finding["rule"]) {
  const { description, fix } = isLintRuleId(id) ? describeLint(id) : describeCheck(id);
  return {
    id,
    shortDescription: { text: description },
    helpUri: rulePageUrl(id),
    help: { text: `What to do: ${fix}.`, markdown: rulePage(id) },
  };
}

function describeCheck(id: Rule) {
  const { found, fix } = ruleDocs[id];
  return { description: `Found when ${found}.`, fix };
}

function describeLint(id: LintRuleId) {
  const { summary, fix } = describeLintRule(id);
  return { description: `Asks that ${summary}.`, fix };
}

function resultOf(finding: Finding, ruleIndex: number, pathOf: (file: string) => string) {
  const { rule, severity, message, related, waived, hurts } = finding;
  const lines = [message, describeHurt(finding), remedyOf(finding)].filter((line) => line !== null);
  return {
    ruleId: rule,
    ruleIndex,
    level: severity,
    message: { text: lines.join("\n") },
    locations: [placeOf(finding, pathOf)],
    ...(hurts === undefined ? {} : { properties: { hurts } }),
    ...(waived === undefined
      ? {}
      : {
          suppressions: [{ kind: "external", status: "accepted", justification: `${waived.owner}: ${waived.reason}` }],
        }),
    ...(related === undefined
      ? {}
      : { relatedLocations: [{ id: 0, ...placeOf(related, pathOf), message: { text: related.message } }] }),
  };
}

function placeOf(location: Location, pathOf: (file: string) => string) {
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(pathOf(location.file)) },
      region: { startLine: location.line, startColumn: location.column },
    },
  };
}

/** Relative to the repository, or absolute for a file outside it. */
function uriOf(path: string): string {
  const isAbsolute = path.startsWith("/") || /^[A-Za-z]:/.test(path);
  return isAbsolute ? pathToFileURL(path).href : path.split("/").map(encodeURIComponent).join("/");
}
