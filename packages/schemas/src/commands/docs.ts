import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { buildCatalogue } from "../catalogue/build-catalogue.ts";
import { checkTree } from "../check-tree.ts";
import type { Action, CliContext, ExitCode } from "../cli-context.ts";
import { planDocs } from "../docs-formats/docs-files.ts";
import { planOutput, type PlannedOutput, writePlanned } from "../docs-output/output-folder.ts";
import { type DocsFormat, docsFormats } from "../docs-output/output-manifest.ts";
import { SchemasError } from "../errors.ts";
import { countFindings } from "../finding.ts";
import { countChecked, formatText, plural } from "../report.ts";
import { displayPath } from "../tree-files.ts";
import { loadTree } from "./load.ts";

const help = `
Forms:
  html          a site for people: events with fields, history, examples, drawings and consumers. It
                needs no server and no network, and works at any address
  asyncapi      an AsyncAPI 3.0 document, and one for each service that has a contract
  mermaid       the drawings as Mermaid sources
  eventcatalog  files for a project of EventCatalog, which may hold others

html and eventcatalog are written to --out; the others are printed without it. The same schemas
give the same files. A list of them, schemas-docs.json, is written with them: what it names is
replaced or removed by the next run, and no other file is touched. With any error in the tree
nothing is written.

--check writes nothing, and exits with 1 when a file is missing, outdated or left over: for CI.

Examples:
  $ schemas docs --out public
  $ schemas docs --out public --check
  $ schemas docs --format asyncapi --yaml > asyncapi.yaml
  $ schemas docs --format asyncapi --service email
  $ schemas docs --format eventcatalog --out ../catalog
`;

interface DocsOptions {
  readonly format: DocsFormat;
  readonly out?: string;
  readonly check?: true;
  readonly title: string;
  readonly yaml?: true;
  readonly service?: string;
}

/** `schemas docs`. */
export function addDocsCommand(program: Command, context: CliContext, run: (action: Action) => Promise<void>): void {
  program
    .command("docs")
    .summary("write a catalogue of the events: HTML, AsyncAPI, Mermaid, EventCatalog")
    .argument("[dir]", "the schema tree (default: . or ./schemas)")
    .addOption(new Option("--format <format>", "what to write").choices(docsFormats).default("html"))
    .option("--out <folder>", "where to write")
    .option("--check", "write nothing, and fail when the folder is not up to date")
    .option("--title <title>", "name of the catalogue", parseTitle, "Event catalogue")
    .option("--yaml", "asyncapi: YAML instead of JSON")
    .option("--service <service>", "asyncapi: only the document of one service")
    .addHelpText("after", help)
    .action((dir: string | undefined, options: DocsOptions) => run(() => docs(context, dir, options)));
}

function parseTitle(text: string): string {
  if (text.trim() !== "") return text;
  throw new InvalidArgumentError("Give the catalogue a name.");
}

async function docs(context: CliContext, dir: string | undefined, options: DocsOptions): Promise<ExitCode> {
  const { files, tree, pathOf } = await loadTree(context, dir);
  const findings = checkTree(tree, files.lock);
  if (countFindings(findings).error > 0) {
    context.print(formatText(findings, countChecked(tree), pathOf));
    context.printError("error: No catalogue was written. Correct the errors above first.\n");
    return 1;
  }
  const plan = planDocs(buildCatalogue({ title: options.title, tree, lock: files.lock }), options);
  if (plan.kind === "text") {
    context.print(plan.text);
    return 0;
  }
  const folder = resolve(context.cwd, plan.out);
  const shown = displayPath(context.cwd, folder);
  refuseTree(files.root, folder, shown);
  const isShared = options.format === "eventcatalog";
  const planned = await planOutput({ folder, shown, format: options.format, files: plan.files, isShared });
  if (options.check === true) return reportCheck(context, planned);
  await writePlanned(planned);
  context.print(summaryOf(planned));
  return 0;
}

/** Every file in a tree is taken for a schema, so that the catalogue would be its next error. */
function refuseTree(root: string, folder: string, shown: string): void {
  const [first] = relative(root, folder).split(sep);
  if (first === ".." || isAbsolute(first ?? "")) return;
  throw new SchemasError(
    "usage",
    `"${shown}" is in the schema tree, which holds schemas alone. Name a folder outside it.`,
  );
}

function reportCheck(context: CliContext, { changes, shown }: PlannedOutput): ExitCode {
  if (changes.length === 0) {
    context.print(`${shown} is up to date.\n`);
    return 0;
  }
  context.print(changes.map(({ path, change }) => `${join(shown, path)} is ${change}\n`).join(""));
  const remedy = 'Run "schemas docs" with the same options.';
  context.printError(`error: ${plural(changes.length, "file")} of the catalogue differ from the schemas. ${remedy}\n`);
  return 1;
}

function summaryOf({ changes, shown, format }: PlannedOutput): string {
  if (changes.length === 0) return `${shown} is up to date.\n`;
  const removed = changes.filter(({ change }) => change === "left over").length;
  const written = changes.length - removed;
  const parts = [
    ...(written === 0 ? [] : [`wrote ${plural(written, "file")}`]),
    ...(removed === 0 ? [] : [`removed ${plural(removed, "file")}`]),
  ].join(", ");
  const where = format === "html" ? `: open ${join(shown, "index.html")}` : "";
  return `${shown}: ${parts}${where}\n`;
}
