import { join, resolve } from "node:path";
import { DecodeError } from "@waybill/events";
import type { Command } from "commander";
import { checkTree } from "../check-tree.ts";
import type { Action, CliContext, ExitCode } from "../cli-context.ts";
import { SchemasError } from "../errors.ts";
import { requireRecord } from "../event-reference.ts";
import { countFindings } from "../finding.ts";
import { generatePackages } from "../generate/generate-packages.ts";
import type { GeneratorEvent, PackageOptions } from "../generate/generator-input.ts";
import { compareOutput, type FileChange, writeOutput } from "../generate/output-files.ts";
import { findGeneratorVersion, findRuntime } from "../generate/runtime-dependency.ts";
import { countChecked, formatText, plural } from "../report.ts";
import type { SchemaTree } from "../schema-tree.ts";
import { displayPath } from "../tree-files.ts";
import { descriptorOf } from "../version-descriptor.ts";
import { loadTree } from "./load.ts";

const help = `
Checks the tree, then writes one npm package for each domain into "generate.out" of the config:
types, descriptors and codecs of every version, example events for tests, and a manifest. The same schemas
give the same files, so the packages belong in version control. With any error in the tree
nothing is written.

--check writes nothing, and exits with 1 when a file is missing, outdated or left over: for CI.

Examples:
  $ schemas generate
  $ schemas generate --check
`;

interface GenerateOptions {
  readonly check?: true;
}

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
    .option("--check", "write nothing, and fail when the packages are not up to date")
    .addHelpText("after", help)
    .action((dir: string | undefined, options: GenerateOptions) => run(() => generate(context, dir, options)));
}

async function generate(context: CliContext, dir: string | undefined, options: GenerateOptions): Promise<ExitCode> {
  const { files, tree, pathOf } = await loadTree(context, dir);
  const { config } = tree;
  if (config.generate === null) {
    throw new SchemasError(
      "config-invalid",
      `${pathOf("schemas.config.json")} does not say where to generate to. Add "generate": { "out": "../events", "scope": "@acme-events" }.`,
    );
  }
  const findings = checkTree(tree, files.lock);
  if (countFindings(findings).error > 0) {
    context.print(formatText(findings, countChecked(tree), pathOf));
    context.printError("error: Nothing was generated. Correct the errors above first.\n");
    return 1;
  }
  const out = resolve(files.root, config.generate.out);
  const generated = packagesOf(tree, {
    scope: config.generate.scope,
    runtime: await findRuntime(out),
    generatorVersion: await findGeneratorVersion(),
    brandedIds: config.generate.brandedIds,
  });
  const changes = await compareOutput(out, generated);
  if (options.check !== true) await writeOutput(out, generated, changes);
  return report(context, { changes, isCheck: options.check === true, shownOut: displayPath(context.cwd, out) });
}

/** @throws SchemasError `schema-invalid` naming a version that the runtimes cannot take, such as one nested too deep */
function packagesOf(tree: SchemaTree, options: PackageOptions): ReturnType<typeof generatePackages> {
  try {
    return generatePackages(generatorEventsOf(tree), options);
  } catch (error) {
    for (const event of DecodeError.is(error) ? tree.events : []) {
      for (const version of event.versions) descriptorOf({ event, version: requireRecord(version) });
    }
    throw error;
  }
}

function generatorEventsOf({ config, events }: SchemaTree): readonly GeneratorEvent[] {
  return events.map(({ name, topic, versions }) => ({
    name,
    topic,
    versions: versions.map(({ version, text }) => ({ version, text, key: config.events.get(name.type)?.key })),
  }));
}

interface Outcome {
  readonly changes: readonly FileChange[];
  readonly isCheck: boolean;
  readonly shownOut: string;
}

function report(context: CliContext, { changes, isCheck, shownOut }: Outcome): ExitCode {
  const pathOf = (path: string) => join(shownOut, path);
  if (changes.length === 0) {
    context.print(`${shownOut} is up to date.\n`);
    return 0;
  }
  if (isCheck) {
    context.print(changes.map(({ path, change }) => `${pathOf(path)} is ${change}\n`).join(""));
    context.printError(
      `error: ${plural(changes.length, "generated file")} differ from the schemas. Run "schemas generate" and commit the result.\n`,
    );
    return 1;
  }
  context.print(
    changes.map(({ path, change }) => `${change === "left over" ? "Removed" : "Wrote"} ${pathOf(path)}\n`).join(""),
  );
  return 0;
}
