import { type Command, Option } from "commander";
import { checkTree } from "../check-tree.ts";
import type { Action, CliContext, ExitCode } from "../cli-context.ts";
import { countFindings } from "../finding.ts";
import { type CheckedCounts, formatJson, formatText } from "../report.ts";
import type { SchemaTree } from "../schema-tree.ts";
import { loadTree } from "./load.ts";

const help = `
Checks that every file is a valid schema, that names, versions and key fields keep the rules, that
each version is compatible with the earlier ones of its generation in the config's mode, and that
no released version was edited or removed. Also tells what compatible versions disagree about
(decimals, units of time, logical types, defaults, keys) and which changes of generated types code
may not compile with; "rules" in the config sets how severe each is. Versions that the lock does not hold are noted as unreleased. Works offline.

Examples:
  $ schemas check
  $ schemas check services/shop/schemas
  $ schemas check --format json | jq '.findings[].message'
`;

/** `schemas check`. */
export function addCheckCommand(program: Command, context: CliContext, run: (action: Action) => Promise<void>): void {
  program
    .command("check")
    .summary("check every version of every event")
    .argument("[dir]", "the schema tree (default: . or ./schemas)")
    .addOption(new Option("--format <format>", "form of the report").choices(["text", "json"]).default("text"))
    .addHelpText("after", help)
    .action((dir: string | undefined, options: { readonly format: "text" | "json" }) =>
      run(() => check(context, dir, options.format)),
    );
}

async function check(context: CliContext, dir: string | undefined, format: "text" | "json"): Promise<ExitCode> {
  const { files, tree, pathOf } = await loadTree(context, dir);
  const findings = checkTree(tree, files.lock);
  const write = format === "json" ? formatJson : formatText;
  context.print(write(findings, countChecked(tree), pathOf));
  return countFindings(findings).error > 0 ? 1 : 0;
}

/** The figures of a report's last line. */
export function countChecked(tree: SchemaTree): CheckedCounts {
  const versions = tree.events.reduce((sum, event) => sum + event.versions.length, 0);
  return { events: tree.events.length, versions, mode: tree.config.mode };
}
