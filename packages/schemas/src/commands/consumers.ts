import type { Command } from "commander";
import type { Action, CliContext, ExitCode } from "../cli-context.ts";
import {
  formatConsumers,
  formatContract,
  formatReaders,
  formatUnread,
  summarizeConsumers,
  summarizeReader,
} from "../contracts/consumer-list.ts";
import type { ConsumerContract } from "../contracts/contract.ts";
import { EventReaders } from "../contracts/event-readers.ts";
import { findPath, parseFieldPath } from "../contracts/field-path.ts";
import { requireValid } from "../contracts/read-contracts.ts";
import { findUnreadFields } from "../contracts/unread-fields.ts";
import { SchemasError } from "../errors.ts";
import { parseEventType } from "../event-name.ts";
import { findEvent, isRecordVersion } from "../event-reference.ts";
import type { EventHistory } from "../schema-tree.ts";
import { addAddCommand } from "./consumers-add.ts";
import { type LoadedTree, loadTree } from "./load.ts";

const help = `
A contract, consumers/<service>.json in the schema tree, says which events, versions and fields a
service reads. "schemas check" names the services that a break hurts, and lets a field go with a
note when every service that reads the event lists its fields and none lists that one.

Examples:
  $ schemas consumers
  $ schemas consumers list --unread
  $ schemas consumers show email
  $ schemas consumers of orders.order.placed.items[].name
  $ schemas consumers add email orders.order.placed --owner team-mail --fields orderId,customerId
`;

interface ListOptions {
  readonly json?: true;
  readonly unread?: true;
}

interface ShowOptions {
  readonly tree?: string;
  readonly json?: true;
}

/** `schemas consumers`, a group of commands. */
export function addConsumersCommand(
  program: Command,
  context: CliContext,
  run: (action: Action) => Promise<void>,
): void {
  const group = program
    .command("consumers")
    .summary("show which services read which events and fields, and add to it")
    .helpCommand(false)
    .addHelpText("after", help);
  group
    .command("list", { isDefault: true })
    .summary("list the services that read each event (the default)")
    .argument("[dir]", "the schema tree (default: . or ./schemas)")
    .option("--unread", "list the fields that no service reads instead")
    .option("--json", "print JSON")
    .action((dir: string | undefined, options: ListOptions) => run(() => list(context, dir, options)));
  group
    .command("show")
    .summary("show the contract of a service")
    .argument("<service>", "the service, as its contract is named")
    .option("--tree <dir>", "the schema tree (default: . or ./schemas)")
    .option("--json", "print JSON")
    .action((service: string, options: ShowOptions) => run(() => show(context, service, options)));
  group
    .command("of")
    .summary("list the services that read an event, or a field of it")
    .argument("<event>", "domain.entity.action, and the path of a field behind it, such as .items[].name")
    .option("--tree <dir>", "the schema tree (default: . or ./schemas)")
    .option("--json", "print JSON")
    .action((event: string, options: ShowOptions) => run(() => readersOf(context, event, options)));
  addAddCommand(group, context, run);
}

async function list(context: CliContext, dir: string | undefined, options: ListOptions): Promise<ExitCode> {
  const { tree } = await loadWithContracts(context, dir);
  if (options.unread === true) {
    const events = findUnreadFields(tree);
    print(context, options, { events }, () => formatUnread(events));
    return 0;
  }
  const events = summarizeConsumers(tree);
  print(context, options, { events }, () => formatConsumers(events));
  return 0;
}

async function show(context: CliContext, service: string, options: ShowOptions): Promise<ExitCode> {
  const { tree, pathOf } = await loadWithContracts(context, options.tree);
  const contract = tree.contracts.find((candidate) => candidate.service === service);
  if (contract === undefined) {
    const known = tree.contracts.map((candidate) => candidate.service).join(", ");
    throw new SchemasError(
      "consumer-not-found",
      `The tree has no contract of "${service}". ${known === "" ? "It has none yet" : `It has those of ${known}`}; "schemas consumers add" writes one.`,
    );
  }
  const file = pathOf(contract.file);
  print(context, options, { ...contractData(contract), file }, () => formatContract(contract, file));
  return 0;
}

function contractData({ service, owner, description, events }: ConsumerContract): object {
  return {
    service,
    owner,
    ...(description === null ? {} : { description }),
    events: events.map(({ event, versions, fields }) => ({ event, versions, fields })),
  };
}

async function readersOf(context: CliContext, text: string, options: ShowOptions): Promise<ExitCode> {
  const { type, field } = requireEventField(text);
  const { tree } = await loadWithContracts(context, options.tree);
  const event = findEvent(tree, type);
  if (field !== null) requireField(event, field);
  const readers = new EventReaders(type, event, tree);
  const found = readers.all
    .filter((reader) => field === null || readers.fieldsTouched(reader, field)?.length !== 0)
    .map(summarizeReader);
  const data = { event: type, ...(field === null ? {} : { field }), services: found };
  print(context, options, data, () =>
    found.length === 0 ? `By the contracts, no service reads ${text}.\n` : formatReaders(found),
  );
  return 0;
}

/** An event, and the path of a field behind it. */
function requireEventField(text: string): { readonly type: string; readonly field: string | null } {
  const [, type = "", field = null] = /^([^.]*\.[^.]*\.[^.]*)(?:\.(.*))?$/.exec(text) ?? [];
  if (parseEventType(type) !== null && (field === null || parseFieldPath(field) !== null)) return { type, field };
  throw new SchemasError(
    "usage",
    `"${text}" names no event or field. Give domain.entity.action, or a field as in orders.order.placed.items[].name.`,
  );
}

function requireField(event: EventHistory, field: string): void {
  const steps = parseFieldPath(field) ?? [];
  const lookups = event.versions.filter(isRecordVersion).map(({ record }) => findPath(record, steps));
  const [miss] = lookups.toReversed();
  if (miss === undefined || miss.found || lookups.some(({ found }) => found)) return;
  const place = miss.known === "" ? event.name.type : miss.known;
  throw new SchemasError(
    "event-not-found",
    `No version of ${event.name.type} has a field "${field}". ${place} has ${miss.next.join(", ") || "no fields"}.`,
  );
}

async function loadWithContracts(context: CliContext, dir: string | undefined): Promise<LoadedTree> {
  const loaded = await loadTree(context, dir);
  requireValid(loaded.tree.findings, loaded.pathOf);
  return loaded;
}

function print(context: CliContext, { json }: { readonly json?: true }, data: object, text: () => string): void {
  context.print(json === true ? `${JSON.stringify(data, null, 2)}\n` : text());
}
