import { join, resolve } from "node:path";
import type { Command } from "commander";
import { checkTree } from "../check-tree.ts";
import type { Action, CliContext, ExitCode } from "../cli.ts";
import { SchemasError } from "../errors.ts";
import { countFindings } from "../finding.ts";
import { generatePackages } from "../generate/generate-packages.ts";
import type { GeneratorEvent } from "../generate/generator-input.ts";
import { compareOutput, writeOutput } from "../generate/output-files.ts";
import { findRuntime } from "../generate/runtime-dependency.ts";
import { formatText } from "../report.ts";
import type { SchemaTree } from "../schema-tree.ts";
import { displayPath } from "../tree-files.ts";
import { countChecked } from "./check.ts";
import { loadTree } from "./load.ts";

const help = `
Writes one npm package for each domain into the folder that the config names: types, descriptors
and codecs of every version of every event. The same schemas give the same files, so keep them in
version control and let CI run "schemas generate --check".

Examples:
  $ schemas generate
  $ schemas generate --check         report files that are not what the schemas say; write nothing
`;

/** `schemas generate`. */
export function addGenerateCommand(
  program: Command,
  context: CliContext,
  run: (action: Action) => Promise<void>,
): void {
  program
    .command("generate")
    .summary("write the packages that applications import")
    .argument("[dir]", "the schema tree (default: . or ./schemas)")
    .option("--check", "only compare: exit code 1 when a file differs")
    .addHelpText("after", help)
    .action((dir: string | undefined, options: { readonly check?: true }) =>
      run(() => generate(context, dir, options.check === true)),
    );
}

async function generate(context: CliContext, dir: string | undefined, isCheck: boolean): Promise<ExitCode> {
  const { files, tree, pathOf } = await loadTree(context, dir);
  const findings = checkTree(tree, files.lock).filter(({ severity }) => severity === "error");
  if (countFindings(findings).error > 0) {
    context.printError(formatText(findings, countChecked(tree), pathOf));
    return 1;
  }
  const { generate: config } = tree.config;
  if (config === null) {
    throw new SchemasError(
      "config-invalid",
      `${pathOf("schemas.config.json")} says nothing of generated packages. Add "generate": { "out": "…", "scope": "@…" }.`,
    );
  }
  const folder = resolve(files.root, config.out);
  const runtime = await findRuntime(folder);
  const output = generatePackages(generatorEventsOf(tree), { scope: config.scope, runtime });
  const changes = await compareOutput(folder, output);
  const lines = changes.map(
    ({ path, change }) => `${change.padEnd(9)} ${displayPath(context.cwd, join(folder, path))}\n`,
  );
  context.print(lines.join(""));
  if (isCheck && changes.length > 0) {
    context.printError(`${changes.length} of ${output.size} generated files differ: run "schemas generate".\n`);
    return 1;
  }
  await writeOutput(folder, output, changes);
  const verb = isCheck ? "as the schemas say" : `written, ${output.size - changes.length} unchanged`;
  context.print(`${isCheck ? output.size : changes.length} files ${verb}\n`);
  return 0;
}

/** The events of a tree without errors, as the generator takes them. */
function generatorEventsOf({ events, config }: SchemaTree): GeneratorEvent[] {
  return events.map(({ name, topic, versions }) => ({
    name,
    topic,
    versions: versions.map(({ version, text }) => ({ version, text, key: config.events.get(name.type)?.key })),
  }));
}
