import { type Command, Option } from "commander";
import { type Baseline, parseBaselineSource } from "../baseline/baseline.ts";
import { readBaseline } from "../baseline/read-baseline.ts";
import { checkTree } from "../check-tree.ts";
import type { Action, CliContext, ExitCode } from "../cli-context.ts";
import { SchemasError } from "../errors.ts";
import { countFindings } from "../finding.ts";
import { type ReportFormat, reportFormats } from "../formats/report-formats.ts";
import { type CheckedCounts, countChecked } from "../report.ts";
import { loadTree } from "./load.ts";
import { printReport } from "./print-report.ts";

const help = `
Checks that every file is a valid schema, that names, versions and key fields keep the rules, that
each version is compatible with the earlier ones of its generation in the config's mode, and that
no released version was edited or removed. Also tells what compatible versions disagree about
(decimals, units of time, logical types, defaults, keys) and which changes of generated types code
may not compile with; "rules" in the config sets how severe each is. Versions that the lock does
not hold are noted as unreleased. Works offline, unless the baseline is a registry.

Contracts of consumers (see "schemas consumers --help") are held to the schemas. Each break and
change names the services that it hurts, and where no service reads the field it may be a note.

--against adds a baseline, whose released versions must be here unchanged, and be compatible with
the new ones: a ref of git, the commit where this branch left one, a folder with another state of
the tree, or a registry. Exit code 3 says that the baseline could not be reached, and nothing more.

Forms of the report: text and json; junit for test reports; github for annotations by GitHub
Actions; gitlab for Code Quality; sarif for code scanning; markdown for comments and summaries.

Examples:
  $ schemas check
  $ schemas check services/shop/schemas
  $ schemas check --against merge-base:origin/main
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
    .option(
      "--against <baseline>",
      "released versions to compare with: lock, git:<ref>, merge-base:<ref>, a folder, registry or its URL",
      "lock",
    )
    .addHelpText("after", help)
    .action((dir: string | undefined, options: CheckOptions) => run(() => check(context, dir, options)));
}

interface CheckOptions {
  readonly against: string;
  readonly format: ReportFormat;
}

async function check(context: CliContext, dir: string | undefined, options: CheckOptions): Promise<ExitCode> {
  const { format, against } = options;
  const source = parseBaselineSource(against);
  if (source === null) {
    throw new SchemasError(
      "usage",
      'That is no baseline. --against takes "lock", "git:<ref>", "merge-base:<ref>", a folder, "registry" or the URL of one.',
    );
  }
  const { files, tree } = await loadTree(context, dir);
  const { cwd, env } = context;
  const baseline = await readBaseline(source, { cwd, env, root: files.root, tree });
  const findings = checkTree(tree, files.lock, { baseline });
  printReport(context, {
    format,
    root: files.root,
    findings,
    checked: { ...countChecked(tree), ...countAgainst(baseline) },
  });
  return countFindings(findings).error > 0 ? 1 : 0;
}

function countAgainst(baseline: Baseline | null): Pick<CheckedCounts, "against"> {
  if (baseline === null) return {};
  const versions = baseline.events.reduce((sum, event) => sum + event.versions.length, 0);
  return { against: { baseline: baseline.label, versions } };
}
