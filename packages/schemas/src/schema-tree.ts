import { hash } from "node:crypto";
import type { RecordSchema, Schema } from "@waybill/avro";
import type { SchemasConfig } from "./config.ts";
import type { ConsumerContract } from "./contracts/contract.ts";
import { isContractFile, parseContracts } from "./contracts/contract-files.ts";
import { type EventName, eventNameOf, namespaceOf, reservedDomain, typesFolder } from "./event-name.ts";
import { compareFiles, type Finding, startOf } from "./finding.ts";
import type { SharedType } from "./shared-types/shared-type.ts";
import { TypeLibrary } from "./shared-types/type-library.ts";
import { isInTypes, parseTypePath } from "./shared-types/type-name.ts";
import type { TreeFile } from "./tree-files.ts";

/** The events of a schema tree as its files tell them, whether or not they keep the rules. */
export interface SchemaTree {
  readonly config: SchemasConfig;
  /** By type. */
  readonly events: readonly EventHistory[];
  /** The types that events share, by file. */
  readonly types: readonly SharedType[];
  /** What the services read, by the name of the file. */
  readonly contracts: readonly ConsumerContract[];
  /** What kept files from being read as versions of events. */
  readonly findings: readonly Finding[];
}

/** All versions of one event. */
export interface EventHistory {
  readonly name: EventName;
  readonly topic: string;
  /** In ascending order; numbers may be missing. */
  readonly versions: readonly SchemaVersion[];
}

/** One version of one event: one file. */
export interface SchemaVersion {
  readonly version: number;
  /** Path relative to the tree, with `/`. */
  readonly file: string;
  /** The bytes of the file. */
  readonly content: Uint8Array;
  /**
   * The file's text with the types that it imports in their places and without the white space between tokens: what is
   * registered, embedded in generated code and locked, so that reformatting a file changes nothing. As it stands when
   * the file holds no valid schema.
   */
  readonly text: string;
  /** SHA-256 over `text`, in hexadecimal. */
  readonly sha256: string;
  /** Null when the file holds no valid schema. */
  readonly schema: Schema | null;
  /** The shared types that the file imports. */
  readonly imports: readonly SharedType[];
  /** The schema when it is a record, as every event's must be. */
  readonly record: RecordSchema | null;
}

/** Versions of one event that share a record name, and with it a registry subject. */
export interface Generation {
  readonly recordName: string;
  readonly subject: string;
  readonly versions: readonly SchemaVersion[];
}

/**
 * Sorts the files of a tree into events.
 *
 * @param other Another state of the tree, whose versions serve again where a file's bytes are the same: parsing takes
 * most of the time of a check. Their findings are not repeated.
 */
export function buildSchemaTree(config: SchemasConfig, files: readonly TreeFile[], other?: SchemaTree): SchemaTree {
  const parsed = new Map(other?.events.flatMap(({ versions }) => versions.map((version) => [version.file, version])));
  const library = new TypeLibrary(
    files.filter(({ path }) => parseTypePath(path) !== null),
    other?.types,
  );
  const { contracts, findings: contractFindings } = parseContracts(files);
  const findings: Finding[] = [...contractFindings];
  const histories = new Map<string, { name: EventName; versions: SchemaVersion[] }>();
  for (const file of files) {
    if (isContractFile(file.path) || parseTypePath(file.path) !== null) continue;
    const place = placeOf(file.path);
    if ("rule" in place) {
      findings.push(place);
      continue;
    }
    const same = parsed.get(file.path);
    const version =
      same?.schema != null && Buffer.compare(same.content, file.content) === 0 && library.holds(same.imports)
        ? same
        : readVersion(file, place.version, library);
    const history = histories.get(place.name.type) ?? { name: place.name, versions: [] };
    history.versions.push(version);
    histories.set(place.name.type, history);
  }
  const events = [...histories.values()]
    .map(({ name, versions }) => ({
      name,
      topic: config.events.get(name.type)?.topic ?? namespaceOf(name),
      versions: versions.toSorted((a, b) => a.version - b.version),
    }))
    .toSorted((a, b) => compareFiles(a.name.type, b.name.type));
  return { config, events, types: library.types, contracts, findings: [...findings, ...library.findings] };
}

/** The generations of an event in order: runs of versions with one record name. Unreadable versions are left out. */
export function generationsOf(event: EventHistory): readonly Generation[] {
  const generations: { recordName: string; subject: string; versions: SchemaVersion[] }[] = [];
  for (const version of event.versions) {
    const recordName = version.record?.fullName;
    if (recordName === undefined) continue;
    const last = generations.at(-1);
    if (last?.recordName === recordName) last.versions.push(version);
    else generations.push({ recordName, subject: `${event.topic}-${recordName}`, versions: [version] });
  }
  return generations;
}

/** The path of a version's file. */
export function fileOf(name: EventName, version: number): string {
  return `${name.domain}/${name.entity}.${name.action}/v${version}.avsc`;
}

interface VersionPlace {
  readonly name: EventName;
  readonly version: number;
}

/** Up to 9 digits, which a number and every message hold. */
const versionFile = /^v([1-9][0-9]{0,8})\.avsc$/;

/** Which version of which event a path stands for, or why none. */
function placeOf(path: string): VersionPlace | Finding {
  if (isInTypes(path)) return noType(path);
  const parts = path.split("/");
  const [domain, folder, file] = parts;
  if (domain === reservedDomain) return notAContract(path);
  const version = versionFile.exec(file ?? "")?.[1];
  if (parts.length !== 3 || domain === undefined || folder === undefined || version === undefined) {
    return {
      ...startOf(path),
      rule: "file-unknown",
      severity: "error",
      message: `"${path}" is not a version of an event`,
      help: "name it <domain>/<entity>.<action>/v<N>.avsc, such as orders/order.placed/v1.avsc, or move it out of the schema tree",
    };
  }
  const name = eventNameOf(domain, folder);
  if (name === null) {
    return {
      ...startOf(path),
      rule: "event-name",
      severity: "error",
      message: `the folders "${domain}/${folder}" name no event`,
      help: "an event is <domain>/<entity>.<action> in lower case, words joined by underscores, such as orders/order.placed",
    };
  }
  return { name, version: Number(version) };
}

function notAContract(path: string): Finding {
  return {
    ...startOf(path),
    rule: "file-unknown",
    severity: "error",
    message: `"${path}" is not the contract of a consumer`,
    help: `name it ${reservedDomain}/<service>.json, or move it out; no domain of events can be named "${reservedDomain}"`,
  };
}

function noType(path: string): Finding {
  return {
    ...startOf(path),
    rule: "file-unknown",
    severity: "error",
    message: `"${path}" is not a version of a shared type, which are what the folder "${typesFolder}" is for`,
    help: `name it ${typesFolder}/<name>/v<N>.avsc, such as ${typesFolder}/money/v1.avsc, or move it out; an event belongs in the folder of its domain`,
  };
}

function readVersion(file: TreeFile, version: number, library: TypeLibrary): SchemaVersion {
  const { result, text, types } = library.link(file);
  const schema = result.ok ? result.schema : null;
  return {
    version,
    file: file.path,
    content: file.content,
    text,
    sha256: hash("sha256", text),
    imports: types,
    schema,
    record: schema?.type === "record" ? schema : null,
  };
}
