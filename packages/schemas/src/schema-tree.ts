import { hash } from "node:crypto";
import { parseSchema, type RecordSchema, type Schema, type SchemaProblem } from "@waybill/avro";
import type { SchemasConfig } from "./config.ts";
import type { ConsumerContract } from "./contracts/contract.ts";
import { isContractFile, parseContracts } from "./contracts/contract-files.ts";
import { type EventName, eventNameOf, namespaceOf, reservedDomain } from "./event-name.ts";
import { compareFiles, type Finding, type Location, startOf } from "./finding.ts";
import type { TreeFile } from "./tree-files.ts";

/** The events of a schema tree as its files tell them, whether or not they keep the rules. */
export interface SchemaTree {
  readonly config: SchemasConfig;
  /** By type. */
  readonly events: readonly EventHistory[];
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
   * The file's text without the white space between its tokens: what is registered, embedded in generated code and
   * locked, so that reformatting a file changes nothing. As it stands when the file holds no valid schema.
   */
  readonly text: string;
  /** SHA-256 over `text`, in hexadecimal. */
  readonly sha256: string;
  /** Null when the file holds no valid schema. */
  readonly schema: Schema | null;
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
  const { contracts, findings: contractFindings } = parseContracts(files);
  const findings: Finding[] = [...contractFindings];
  const histories = new Map<string, { name: EventName; versions: SchemaVersion[] }>();
  for (const file of files) {
    if (isContractFile(file.path)) continue;
    const place = placeOf(file.path);
    if ("rule" in place) {
      findings.push(place);
      continue;
    }
    const same = parsed.get(file.path);
    const { version, problems } =
      same !== undefined && Buffer.compare(same.content, file.content) === 0
        ? { version: same, problems: [] }
        : readVersion(file, place.version);
    for (const problem of problems) findings.push(problem);
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
  return { config, events, contracts, findings };
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

/** Removes the white space between the tokens of a JSON text, and a byte order mark; every token stays as written. */
export function compactJson(text: string): string {
  return text.replace(/("[^"\\]*(?:\\.[^"\\]*)*")|\s+/g, "$1");
}

interface VersionPlace {
  readonly name: EventName;
  readonly version: number;
}

/** Up to 9 digits, which a number and every message hold. */
const versionFile = /^v([1-9][0-9]{0,8})\.avsc$/;

/** Which version of which event a path stands for, or why none. */
function placeOf(path: string): VersionPlace | Finding {
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

const decoder = new TextDecoder();

function readVersion(file: TreeFile, version: number): { version: SchemaVersion; problems: readonly Finding[] } {
  const result = parseSchema(file.content, { file: file.path });
  const schema = result.ok ? result.schema : null;
  const source = decoder.decode(file.content);
  const text = result.ok ? compactJson(source) : source;
  return {
    version: {
      version,
      file: file.path,
      content: file.content,
      text,
      sha256: hash("sha256", text),
      schema,
      record: schema?.type === "record" ? schema : null,
    },
    problems: problemFindings(file.path, result.problems),
  };
}

/** A hostile or broken file can have a million problems, and nobody reads more than these. */
const maxProblemsPerFile = 100;

function problemFindings(file: string, problems: readonly SchemaProblem[]): readonly Finding[] {
  const shown = problems.slice(0, maxProblemsPerFile).map(
    (problem): Finding => ({
      ...locationOf(file, problem.at),
      rule: problem.code === "invalid-json" || problem.code === "invalid-utf8" ? "parse" : "avro",
      // Valid Avro, and an event that nobody can publish.
      severity: problem.code === "endless-record" ? "error" : problem.severity,
      message: `${problem.message} [${problem.code}]`,
    }),
  );
  const rest = problems.slice(maxProblemsPerFile);
  const [first] = rest;
  if (first === undefined) return shown;
  const isError = rest.some(({ severity }) => severity === "error");
  const message = `${rest.length} more problems are in this file from here on`;
  return [...shown, { ...locationOf(file, first.at), rule: "avro", severity: isError ? "error" : "warning", message }];
}

/** A place in a version's file. */
export function locationOf(file: string, at: { readonly line: number; readonly column: number }): Location {
  return { file, line: at.line, column: at.column };
}
