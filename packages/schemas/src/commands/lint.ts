import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Command, Option } from "commander";
import type { Action, CliContext, ExitCode } from "../cli-context.ts";
import { reasonOf } from "../error-reason.ts";
import { SchemasError } from "../errors.ts";
import { countFindings } from "../finding.ts";
import { fixTree } from "../lint/fix-tree.ts";
import { lintTree } from "../lint/lint-tree.ts";
import { type ReportFormat, reportFormats } from "../formats/report-formats.ts";
import { plural } from "../report.ts";
import { loadTree } from "./load.ts";
import { printReport } from "./print-report.ts";

const help = `
Looks for what is valid but hurts later: names that do not tell what happened, missing docs, money
and instants without logical types, large events, personal data. Looks at the newest version of
each event and at every unreleased one. Levels are set in schemas.config.json, and single findings
silenced in a schema: "waybill.lint": { "<rule>": "<why>" }. Works offline.

Examples:
  $ schemas lint
  $ schemas lint --fix                      add missing defaults to unreleased versions
  $ schemas lint --deny-warnings            for CI
  $ schemas lint --format json | jq '.findings[].rule'
`;

interface LintOptions {
  readonly fix?: true;
  readonly denyWarnings?: true;
  readonly format: ReportFormat;
}

/** `schemas lint`. */
export function addLintCommand(program: Command, context: CliContext, run: (action: Action) => Promise<void>): void {
  program
    .command("lint")
    .summary("find what is valid but hurts later, and mend what is safe")
    .argument("[dir]", "the schema tree (default: . or ./schemas)")
    .option("--fix", "mend what can be mended without changing what a schema means")
    .option("--deny-warnings", "exit with 1 for warnings too")
    .addOption(
      new Option("--format <format>", "form of the report").choices(Object.keys(reportFormats)).default("text"),
    )
    .addHelpText("after", help)
    .action((dir: string | undefined, options: LintOptions) => run(() => lint(context, dir, options)));
}

async function lint(context: CliContext, dir: string | undefined, options: LintOptions): Promise<ExitCode> {
  const loaded = await loadTree(context, dir);
  const { files, pathOf } = loaded;
  let { tree } = loaded;
  if (options.fix === true) {
    const fixed = fixTree(tree, files);
    tree = fixed.tree;
    for (const { path, content, fixes } of fixed.changed) {
      await write(join(files.root, path), pathOf(path), content);
      if (options.format === "text") context.print(`Mended ${plural(fixes, "problem")} in ${pathOf(path)}\n`);
    }
  }
  const { findings, versions } = lintTree(tree, files.lock);
  const checked = { command: "lint", events: tree.events.length, versions, mode: tree.config.mode } as const;
  printReport(context, { format: options.format, root: files.root, findings, checked });
  const { error: errors, warning: warnings } = countFindings(findings);
  return errors > 0 || (options.denyWarnings === true && warnings > 0) ? 1 : 0;
}

async function write(path: string, shown: string, content: Uint8Array): Promise<void> {
  try {
    await writeFile(path, content);
  } catch (error) {
    throw new SchemasError("file-unwritable", `Cannot write "${shown}": ${reasonOf(error)}.`, { cause: error });
  }
}
