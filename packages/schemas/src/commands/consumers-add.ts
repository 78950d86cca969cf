import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import type { Action, CliContext, ExitCode } from "../cli-context.ts";
import { contractFileOf, isOwnerName, isServiceName } from "../contracts/contract.ts";
import { type AddedUse, extendContract, newContractText } from "../contracts/edit-contract.ts";
import { findPath, parseFieldPath } from "../contracts/field-path.ts";
import { requireValid } from "../contracts/read-contracts.ts";
import { reasonOf } from "../error-reason.ts";
import { SchemasError } from "../errors.ts";
import { findEvent, findVersion, isRecordVersion, requireEventReference } from "../event-reference.ts";
import { generationsOf, type SchemaTree } from "../schema-tree.ts";
import { type LoadedTree, loadTree } from "./load.ts";

const help = `
Writes the service's contract, or adds to the one that there is and keeps the rest of it as written.
An event is added with its newest version and the last one of each earlier generation, which are
those that a generated package has its handlers deal with; with @N, with that version alone.
Without --fields the service counts as a reader of every field, so that none may go; --fields ""
says that it reads the envelope alone.

Examples:
  $ schemas consumers add email orders.order.placed --owner team-mail --fields orderId,customerId
  $ schemas consumers add email users.user.registered orders.order.cancelled@1
`;

interface AddOptions {
  readonly tree?: string;
  readonly owner?: string;
  readonly fields?: string;
}

/** `schemas consumers add`. */
export function addAddCommand(group: Command, context: CliContext, run: (action: Action) => Promise<void>): void {
  group
    .command("add")
    .summary("write a service's contract, or add events, versions and fields to it")
    .argument("<service>", "the service, as its contract is named")
    .argument("<event...>", "domain.entity.action, with @N for version N alone")
    .option("--tree <dir>", "the schema tree (default: . or ./schemas)")
    .option("--owner <owner>", "the person or team that answers for a new service")
    .option("--fields <paths>", "what it reads of the one event, separated by commas (default: all of it)")
    .addHelpText("after", help)
    .action((service: string, events: readonly string[], options: AddOptions) =>
      run(() => add(context, service, events, options)),
    );
}

async function add(
  context: CliContext,
  service: string,
  events: readonly string[],
  options: AddOptions,
): Promise<ExitCode> {
  if (!isServiceName(service)) {
    throw new SchemasError(
      "usage",
      `"${service}" names no service. Give letters, digits, dots, underscores and hyphens.`,
    );
  }
  if (options.owner !== undefined && !isOwnerName(options.owner)) {
    throw new SchemasError("usage", "--owner must be a name on one line.");
  }
  if (options.fields !== undefined && events.length > 1) {
    throw new SchemasError("usage", "--fields is about one event. Add the events one at a time.");
  }
  const loaded = await loadTree(context, options.tree);
  requireValid(loaded.tree.findings, loaded.pathOf);
  const uses = events.map((event) => useOf(loaded.tree, event, options.fields ?? null));
  const file = contractFileOf(service);
  const shown = loaded.pathOf(file);
  const { before, after } = textsOf(loaded, service, uses, options.owner);
  if (before === after) {
    context.print(`${shown} has that already.\n`);
    return 0;
  }
  await write(join(loaded.files.root, file), shown, after);
  const treeArgument = options.tree === undefined ? "" : ` ${options.tree}`;
  context.print(`${before === null ? "Wrote" : "Extended"} ${shown}\nNext: schemas check${treeArgument}\n`);
  return 0;
}

function useOf(tree: SchemaTree, text: string, fields: string | null): AddedUse {
  const reference = requireEventReference(text);
  const versions =
    reference.version === null
      ? generationsOf(findEvent(tree, reference.type)).flatMap(
          (generation) => generation.versions.at(-1)?.version ?? [],
        )
      : [findVersion(tree, reference).version.version];
  const paths = fields === null ? null : listOf(fields);
  const use = { event: reference.type, versions, fields: paths };
  for (const path of paths ?? []) requireField(tree, use, path);
  return use;
}

/** The parts of a list with commas; an empty text is an empty list. */
function listOf(text: string): readonly string[] {
  return text.trim() === "" ? [] : [...new Set(text.split(",").map((part) => part.trim()))];
}

function requireField(tree: SchemaTree, { event, versions }: AddedUse, path: string): void {
  const steps = parseFieldPath(path);
  const records = findEvent(tree, event).versions.filter(isRecordVersion);
  const lookups = records
    .filter(({ version }) => versions.includes(version))
    .map(({ record }) => findPath(record, steps ?? []));
  if (steps !== null && lookups.some(({ found }) => found)) return;
  throw new SchemasError(
    "usage",
    `"${path}" is no field of ${event} ${versions.map((version) => `v${version}`).join(", ")}. "schemas show ${event}" has them; a path is such as lines[].sku.`,
  );
}

/** The contract as it is, null for none, and as it is to be. */
function textsOf(
  { files, tree, pathOf }: LoadedTree,
  service: string,
  uses: readonly AddedUse[],
  owner: string | undefined,
): { readonly before: string | null; readonly after: string } {
  const path = contractFileOf(service);
  const present = files.files.find((file) => file.path === path);
  if (present === undefined) {
    if (owner !== undefined) return { before: null, after: newContractText(service, owner, uses) };
    throw new SchemasError("usage", `"${service}" has no contract yet: say with --owner who answers for the service.`);
  }
  const before = new TextDecoder("utf-8", { ignoreBOM: true }).decode(present.content);
  const contract = tree.contracts.find(({ file }) => file === path);
  if (owner !== undefined && owner !== contract?.owner) {
    throw new SchemasError(
      "usage",
      `"${service}" belongs to ${contract?.owner}, as ${pathOf(path)} says. Leave out --owner, or edit the file.`,
    );
  }
  const mark = before.startsWith("\uFEFF") ? "\uFEFF" : "";
  return { before, after: `${mark}${extendContract(before.slice(mark.length), uses)}` };
}

async function write(path: string, shown: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  } catch (error) {
    throw new SchemasError("file-unwritable", `Cannot write "${shown}": ${reasonOf(error)}.`, { cause: error });
  }
}
