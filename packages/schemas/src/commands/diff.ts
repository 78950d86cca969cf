import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { formatProblem, parseSchema } from "@waybill/avro";
import type { Command } from "commander";
import type { Action, CliContext, ExitCode } from "../cli-context.ts";
import { reasonOf } from "../error-reason.ts";
import { SchemasError } from "../errors.ts";
import { findEvent, findVersion, parseEventReference, requireRecord, type FoundVersion } from "../event-reference.ts";
import { indentedJson } from "../json-text.ts";
import { readImports } from "../shared-types/read-imports.ts";
import { diffToJson, diffVersions, formatDiff, type DiffSide } from "../version-diff.ts";
import { type LoadedTree, loadTree } from "./load.ts";

const help = `
Compares two versions of events, or two schema files: which fields were added, removed or changed,
with their types, defaults, docs and attributes, and whether each schema can read what the other
writes, with the reasons. With one event alone, the version before is compared with it. The exit
code is 0 whatever differs: "schemas check" is what fails.

Examples:
  $ schemas diff orders.order.placed
  $ schemas diff orders.order.placed@1 orders.order.placed@3 --json
  $ schemas diff old.avsc orders.order.placed
`;

interface DiffOptions {
  readonly tree?: string;
  readonly json?: true;
}

/** `schemas diff`. */
export function addDiffCommand(program: Command, context: CliContext, run: (action: Action) => Promise<void>): void {
  program
    .command("diff")
    .summary("compare two versions, field by field, and their compatibility")
    .argument("<before>", "domain.entity.action, with @N for version N, or a schema file")
    .argument("[after]", "the same; without it, <before> is compared with the version before it")
    .option("--tree <dir>", "the schema tree (default: . or ./schemas)")
    .option("--json", "print JSON")
    .addHelpText("after", help)
    .action((before: string, after: string | undefined, options: DiffOptions) =>
      run(() => diff(context, before, after, options)),
    );
}

async function diff(
  context: CliContext,
  before: string,
  after: string | undefined,
  options: DiffOptions,
): Promise<ExitCode> {
  const isTreeNeeded = [before, after].some((text) => text !== undefined && !isFile(text));
  const loaded = isTreeNeeded ? await loadTree(context, options.tree) : null;
  const [first, second] =
    after === undefined
      ? precedingPair(loaded, before)
      : [await sideOf(context, loaded, before), await sideOf(context, loaded, after)];
  const compared = diffVersions(first, second);
  context.print(options.json === true ? `${indentedJson(diffToJson(compared))}\n` : formatDiff(compared));
  return 0;
}

/** A path has a slash or the suffix of a schema file; an event's name has neither. */
function isFile(text: string): boolean {
  return /[/\\]|\.(avsc|json)$/.test(text) || parseEventReference(text) === null;
}

function precedingPair(loaded: LoadedTree | null, text: string): readonly [DiffSide, DiffSide] {
  const reference = parseEventReference(text);
  if (loaded === null || reference === null) {
    throw new SchemasError("usage", `Name the schema to compare "${text}" with: a file, or an event of the tree.`);
  }
  const { version } = findVersion(loaded.tree, reference);
  const event = findEvent(loaded.tree, reference.type);
  const before = event.versions[event.versions.indexOf(version) - 1];
  if (before === undefined) {
    throw new SchemasError(
      "usage",
      `v${version.version} of ${reference.type} has no version before it. Name what to compare it with.`,
    );
  }
  return [treeSide(loaded, { event, version: requireRecord(before) }), treeSide(loaded, { event, version })];
}

async function sideOf(context: CliContext, loaded: LoadedTree | null, text: string): Promise<DiffSide> {
  const reference = isFile(text) ? null : parseEventReference(text);
  if (loaded === null || reference === null) return fileSide(context, text);
  return treeSide(loaded, findVersion(loaded.tree, reference));
}

function treeSide({ pathOf }: LoadedTree, { event, version }: FoundVersion): DiffSide {
  return {
    label: `${event.name.type} v${version.version}`,
    file: pathOf(version.file),
    pathOf,
    text: version.text,
    record: version.record,
  };
}

async function fileSide(context: CliContext, path: string): Promise<DiffSide> {
  const content = await readSchemaFile(context, path);
  if (readImports({ path, content }).imports.length > 0) {
    throw new SchemasError(
      "schema-invalid",
      `"${path}" imports types of other files, so it can only be read within its tree. Name it as an event, such as orders.order.placed@2, with --tree <dir> where the tree is elsewhere.`,
    );
  }
  const parsed = parseSchema(content, { file: path, lenient: true });
  if (!parsed.ok) {
    throw new SchemasError("schema-invalid", `${parsed.problems.map(formatProblem).join("\n")}\nCorrect the schema.`);
  }
  if (parsed.schema.type !== "record") {
    throw new SchemasError(
      "schema-invalid",
      `"${path}" holds a schema of the type ${parsed.schema.type}, not a record.`,
    );
  }
  return {
    label: path,
    file: path,
    pathOf: (file) => file,
    text: new TextDecoder().decode(content),
    record: parsed.schema,
  };
}

async function readSchemaFile(context: CliContext, path: string): Promise<Uint8Array> {
  try {
    return await readFile(resolve(context.cwd, path));
  } catch (error) {
    throw new SchemasError(
      "file-unreadable",
      `Cannot read "${path}": ${reasonOf(error)}. Give a schema file, or an event as domain.entity.action.`,
      { cause: error },
    );
  }
}
