import { join } from "node:path";
import { type Command } from "commander";
import type { Action, CliContext, ExitCode } from "../cli-context.ts";
import { SchemasError } from "../errors.ts";
import { type EventName, parseEventType, reservedDomain, typesFolder } from "../event-name.ts";
import { type NewVersion, planNewVersion } from "../next-version.ts";
import type { SchemaLock } from "../lock-file.ts";
import type { SchemaTree } from "../schema-tree.ts";
import { planNewType } from "../shared-types/next-type.ts";
import { isInTypes } from "../shared-types/type-name.ts";
import { parseTypeReference } from "../shared-types/type-reference.ts";
import { loadTree } from "./load.ts";
import { writeNewFile } from "./write-new-file.ts";

const help = `
For an event that does not exist: its first version, with an id as the key and an instant, or with
--from a copy of another event under the new name. For an event that exists: its next version as a
copy of its last, to be edited. With --breaking the next version begins a new generation: its record
gets a new name, and with it a registry subject of its own. types/<name> stands for a shared type in
the same way. Overwrites nothing.

Examples:
  $ schemas new orders.order.returned
  $ schemas new orders.order.returned --from orders.order.cancelled
  $ schemas new orders.order.placed
  $ schemas new orders.order.placed --breaking
  $ schemas new types/money
`;

interface NewOptions {
  readonly tree?: string;
  readonly from?: string;
  readonly breaking?: true;
}

/** `schemas new`. */
export function addNewCommand(program: Command, context: CliContext, run: (action: Action) => Promise<void>): void {
  program
    .command("new")
    .summary("add an event, or the next version of one")
    .argument("<event>", "domain.entity.action, in the past tense, or types/<name>")
    .option("--tree <dir>", "the schema tree (default: . or ./schemas)")
    .option("--from <event>", "begin a new event as a copy of this one; @N for its version N")
    .option("--breaking", "begin a new generation of an event that exists")
    .addHelpText("after", help)
    .action((event: string, options: NewOptions) => run(() => addVersion(context, event, options)));
}

async function addVersion(context: CliContext, type: string, options: NewOptions): Promise<ExitCode> {
  const planVersion = plannerOf(type, options);
  const { files, tree, pathOf } = await loadTree(context, options.tree);
  const plan = planVersion(tree, files.lock);
  const shown = pathOf(plan.file);
  await writeNewFile(join(files.root, plan.file), shown, plan.text);
  const origin = plan.copyOf === null ? "" : `, a copy of ${plan.copyOf}`;
  context.print(`Wrote ${shown}: ${isInTypes(plan.file) ? "type" : "record"} ${plan.recordName}${origin}\n`);
  if (plan.unreleased !== null) {
    context.print(`Note: v${plan.unreleased} is not released, so it may still be edited itself.\n`);
  }
  const treeArgument = options.tree === undefined ? "" : ` ${options.tree}`;
  context.print(`Next: edit it, then schemas check${treeArgument}\n`);
  return 0;
}

/** Looks at the arguments before any file is read. */
function plannerOf(type: string, options: NewOptions): (tree: SchemaTree, lock: SchemaLock) => NewVersion {
  const breaking = options.breaking === true;
  const from = options.from ?? null;
  const shared = parseTypeReference(type);
  if (shared === null) {
    const name = requireEventName(type);
    return (tree, lock) => planNewVersion(tree, lock, { name, from, breaking });
  }
  if (from === null) return (tree, lock) => planNewType(tree.types, lock, shared, breaking);
  throw new SchemasError(
    "usage",
    "--from copies an event. Leave it out: the next version of a type is a copy of its last.",
  );
}

function requireEventName(type: string): EventName {
  const name = parseEventType(type);
  if (name !== null) return name;
  throw new SchemasError(
    "usage",
    `"${type}" names no event. Give domain.entity.action in lower case, such as orders.order.placed.${hintFor(type)}`,
  );
}

function hintFor(type: string): string {
  if (type.includes("@")) return " The version is not yours to choose: it is the next.";
  if (type.startsWith(`${reservedDomain}.`)) {
    return ` No domain can be named "${reservedDomain}": that folder holds the contracts of consumers.`;
  }
  return type.startsWith(`${typesFolder}.`) ? ` A shared type is ${typesFolder}/<name>, such as types/money.` : "";
}
