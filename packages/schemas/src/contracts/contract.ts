import type { JsonNode, JsonObjectNode } from "@waybill/avro";
import { parseEventType, reservedDomain } from "../event-name.ts";
import type { Location } from "../finding.ts";
import { type JsonFileProblem, JsonFileReader } from "../json-file.ts";
import { parseFieldPath } from "./field-path.ts";

/** What one service reads, as `consumers/<service>.json` in the schema tree says it. */
export interface ConsumerContract {
  /** The service, which is also the name of the file. */
  readonly service: string;
  /** Who answers for the service: a person or team. */
  readonly owner: string;
  readonly description: string | null;
  /** Path of the file, relative to the tree. */
  readonly file: string;
  /** In the order of the file. */
  readonly events: readonly EventUse[];
}

/** What a service reads of one event. */
export interface EventUse {
  /** The event's type, such as `orders.order.placed`. */
  readonly event: string;
  /** The versions whose generated types its code is written against, which are its reader schemas. Ascending. */
  readonly versions: readonly number[];
  /** Paths such as `orderId` or `lines[].sku`, each with all that it holds; null when the service reads all of it. */
  readonly fields: readonly string[] | null;
  readonly at: Location;
  /** Where the file names each of the versions and fields. */
  readonly places: ReadonlyMap<number | string, Location>;
}

/** A contract, or everything that is wrong with its text. */
export type ContractResult =
  | { readonly contract: ConsumerContract; readonly problems: null }
  | { readonly contract: null; readonly problems: readonly JsonFileProblem[] };

/** The folder of the contracts in a schema tree. No event's domain has its name. */
export const contractFolder = reservedDomain;

const serviceName = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** Whether a text can name a service, and with it a contract's file. */
export function isServiceName(text: string): boolean {
  return serviceName.test(text);
}

/** Whether a text can name the owner of a service. */
export function isOwnerName(text: string): boolean {
  return text.trim() !== "" && !/\p{Cc}/u.test(text);
}

/** The path of a service's contract in a schema tree. */
export function contractFileOf(service: string): string {
  return `${contractFolder}/${service}.json`;
}

/** Reads the content of `consumers/<service>.json`. @param file its path, relative to the tree */
export function parseContract(file: string, content: Uint8Array): ContractResult {
  const reader = new JsonFileReader(file);
  const root = reader.root(content);
  const contract = root && readContract(reader, root, file);
  const { problems } = reader;
  return contract !== null && problems.length === 0 ? { contract, problems: null } : { contract: null, problems };
}

function readContract(reader: JsonFileReader, root: JsonObjectNode, file: string): ConsumerContract | null {
  reader.knownKeys(root, ["$schema", "service", "owner", "description", "events"], "a contract");
  const service = readService(reader, root, file);
  const owner = readOwner(reader, root);
  const descriptionNode = root.members.get("description");
  const description = descriptionNode === undefined ? null : reader.string(descriptionNode, '"description"');
  const eventsNode = root.members.get("events");
  const events =
    eventsNode === undefined
      ? reader.wrong(root, 'a contract needs "events", the events that the service reads')
      : reader.object(eventsNode, '"events"');
  const uses = [...(events?.members ?? [])].flatMap(([type, node]) => readUse(reader, type, node) ?? []);
  return service === null || owner === null ? null : { service, owner, description, file, events: uses };
}

function readService(reader: JsonFileReader, root: JsonObjectNode, file: string): string | null {
  const service = requiredString(reader, root, "service", "the name of the service");
  const node = root.members.get("service");
  if (service === null || node === undefined) return service;
  if (!isServiceName(service)) {
    return reader.wrong(node, `"service" must be of letters, digits, dots, underscores and hyphens, not "${service}"`);
  }
  if (contractFileOf(service) === file) return service;
  return reader.wrong(node, `"service" must be as the file is named; rename the file to ${contractFileOf(service)}`);
}

function readOwner(reader: JsonFileReader, root: JsonObjectNode): string | null {
  const owner = requiredString(reader, root, "owner", "the person or team that answers for the service");
  const node = root.members.get("owner");
  if (owner === null || node === undefined || isOwnerName(owner)) return owner;
  return reader.wrong(node, '"owner" must be a name on one line');
}

function readUse(reader: JsonFileReader, event: string, node: JsonNode): EventUse | null {
  if (parseEventType(event) === null)
    return reader.wrong(node, `"${event}" is no event; events are domain.entity.action`);
  const object = reader.object(node, `"${event}"`);
  if (object === null) return null;
  reader.knownKeys(object, ["versions", "fields"], `"${event}"`);
  const places = new Map<number | string, Location>();
  const versions = readVersions(reader, object, event, places);
  const fields = readFields(reader, object.members.get("fields"), places);
  if (versions === null) return null;
  return { event, versions: versions.toSorted((a, b) => a - b), fields, at: reader.locate(object.at), places };
}

function readVersions(
  reader: JsonFileReader,
  object: JsonObjectNode,
  event: string,
  places: Map<number | string, Location>,
): readonly number[] | null {
  const node = object.members.get("versions");
  if (node?.kind !== "array" || node.elements.length === 0) {
    return reader.wrong(
      node ?? object,
      `"${event}" needs "versions", the versions that the code is written against, such as [1]`,
    );
  }
  return node.elements.flatMap((element) => {
    const version = element.kind === "number" ? Number(element.value) : 0;
    if (!Number.isSafeInteger(version) || version < 1) {
      return reader.wrong(element, "a version must be a whole number such as 2") ?? [];
    }
    return note(reader, places, element, version);
  });
}

function readFields(
  reader: JsonFileReader,
  node: JsonNode | undefined,
  places: Map<number | string, Location>,
): readonly string[] | null {
  if (node === undefined) return null;
  if (node.kind !== "array") {
    return reader.wrong(
      node,
      '"fields" must be an array of paths; leave it out when the service reads all of the event',
    );
  }
  return node.elements.flatMap((element) => {
    const path = reader.string(element, "a field");
    if (path === null) return [];
    if (parseFieldPath(path) !== null) return note(reader, places, element, path);
    const form = "names joined by dots, with [] for the items of an array and {} for the values of a map";
    return reader.wrong(element, `"${path}" is no path of a field: a path is ${form}, such as lines[].sku`) ?? [];
  });
}

/** Takes a version or field, unless it is listed already. */
function note<Listed extends number | string>(
  reader: JsonFileReader,
  places: Map<number | string, Location>,
  element: JsonNode,
  listed: Listed,
): readonly Listed[] {
  if (places.has(listed)) return reader.wrong(element, `"${listed}" is listed already`) ?? [];
  places.set(listed, reader.locate(element.at));
  return [listed];
}

function requiredString(reader: JsonFileReader, root: JsonObjectNode, key: string, what: string): string | null {
  const node = root.members.get(key);
  return node === undefined
    ? reader.wrong(root, `a contract needs "${key}", ${what}`)
    : reader.string(node, `"${key}"`);
}
