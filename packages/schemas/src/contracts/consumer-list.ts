import type { SchemaTree } from "../schema-tree.ts";
import { formatTable } from "../text-table.ts";
import type { ConsumerContract, EventUse } from "./contract.ts";
import type { EventReader } from "./event-readers.ts";
import type { UnreadFields } from "./unread-fields.ts";

/** A service in the list of those that read an event. */
export interface ReaderSummary {
  readonly service: string;
  readonly owner: string;
  readonly versions: readonly number[];
  /** Null when the service reads every field. */
  readonly fields: readonly string[] | null;
}

/** A reader as data. */
export function summarizeReader({ contract, use }: EventReader): ReaderSummary {
  return { service: contract.service, owner: contract.owner, versions: use.versions, fields: use.fields };
}

/** Every event of a tree with the services that read it. */
export function summarizeConsumers(
  tree: SchemaTree,
): readonly { readonly event: string; readonly services: readonly ReaderSummary[] }[] {
  return tree.events.map(({ name: { type } }) => ({
    event: type,
    services: tree.contracts.flatMap((contract) =>
      contract.events.filter(({ event }) => event === type).map((use) => summarizeReader({ contract, use })),
    ),
  }));
}

/** A line for each event and service, and one for each event that no service reads. */
export function formatConsumers(events: ReturnType<typeof summarizeConsumers>): string {
  const rows = events.flatMap(({ event, services }) =>
    services.length === 0 ? [[event, "-", "-", "-", "-"]] : services.map((service) => [event, ...readerCells(service)]),
  );
  return formatTable(["EVENT", "SERVICE", "OWNER", "VERSIONS", "FIELDS"], rows);
}

/** The services of one event or field. */
export function formatReaders(readers: readonly ReaderSummary[]): string {
  return formatTable(["SERVICE", "OWNER", "VERSIONS", "FIELDS"], readers.map(readerCells));
}

/** A contract as people read it. */
export function formatContract(contract: ConsumerContract, file: string): string {
  const { service, owner, description, events } = contract;
  const head = [`${service}, of ${owner}`, ...(description === null ? [] : [description]), file, ""];
  const rows = events.map((use) => [use.event, versionsText(use), fieldsText(use)]);
  return `${head.join("\n")}\n${formatTable(["EVENT", "VERSIONS", "FIELDS"], rows)}`;
}

/** The fields that nobody reads, a line each. */
export function formatUnread(events: readonly UnreadFields[]): string {
  const rows = events.flatMap(({ event, version, services, unread }) => {
    const name = `${event}@${version}`;
    if (services === 0) return [[name, "-", "no contract reads the event"]];
    return unread.map(({ field, type, key }) => [name, field, key ? `${type}, the key` : type]);
  });
  return rows.length === 0 ? "Every field is read.\n" : formatTable(["EVENT", "UNREAD FIELD", "TYPE"], rows);
}

function readerCells(reader: ReaderSummary): readonly string[] {
  return [reader.service, reader.owner, versionsText(reader), fieldsText(reader)];
}

function versionsText({ versions }: Pick<EventUse, "versions">): string {
  return versions.map((version) => `v${version}`).join(", ");
}

function fieldsText({ fields }: Pick<EventUse, "fields">): string {
  if (fields === null) return "every field";
  return fields.length === 0 ? "none, the envelope alone" : fields.join(", ");
}
