import { join } from "node:path";
import { type Command, Option } from "commander";
import { checkTree } from "../check-tree.ts";
import type { Action, CliContext, ExitCode } from "../cli-context.ts";
import { countFindings } from "../finding.ts";
import { pathBaseOf, type ReportFormat, reportFormats } from "../formats/report-formats.ts";
import type { CheckedCounts } from "../report.ts";
import type { SchemaTree } from "../schema-tree.ts";
import { displayPath } from "../tree-files.ts";
import { loadTree } from "./load.ts";

const help = `
Checks that every file is a valid schema, that names, versions and key fields keep the rules, that
each version is compatible with the earlier ones of its generation in the config's mode, and that
no released version was edited or removed. Versions that the lock does not hold are noted as
unreleased. Works offline.

Forms of the report: text and json; junit for test reports; github for annotations by GitHub
Actions; gitlab for Code Quality; sarif for code scanning; markdown for comments and summaries.

Examples:
  $ schemas check
  $ schemas check services/shop/schemas
  $ schemas check --format json | jq '.findings[].message'
  $ schemas check --format sarif > schemas.sarif
`;

/** `schemas check`. */
export function addCheckCommand(program: Command, context: CliContext, run: (action: Action) => Promise<void>): void {
  program
    .command("check")
    .summary("check every version of every event")
    .argument("[dir]", "the schema tree (default: . or ./schemas)")
    .addOption(
      new Option("--format <format>", "form of the report").choices(Object.keys(reportFormats)).default("text"),
    )
    .addHelpText("after", help)
    .action((dir: string | undefined, options: CheckOptions) => run(() => check(context, dir, options)));
}

interface CheckOptions {
  readonly format: ReportFormat;
}

async function check(context: CliContext, dir: string | undefined, { format }: CheckOptions): Promise<ExitCode> {
  const { files, tree } = await loadTree(context, dir);
  const findings = checkTree(tree, files.lock);
  const base = pathBaseOf(format, context.cwd, context.env);
  const pathOf = (file: string) => displayPath(base, join(files.root, file));
  context.print(reportFormats[format](findings, countChecked(tree), pathOf));
  return countFindings(findings).error > 0 ? 1 : 0;
}

/** The figures of a report's last line. */
export function countChecked(tree: SchemaTree): CheckedCounts {
  const versions = tree.events.reduce((sum, event) => sum + event.versions.length, 0);
  return { events: tree.events.length, versions, mode: tree.config.mode };
}
