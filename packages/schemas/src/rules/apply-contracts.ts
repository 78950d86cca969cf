import { checkCompatibility } from "@waybill/avro";
import type { SchemasConfig } from "../config.ts";
import { type EventReader, EventReaders } from "../contracts/event-readers.ts";
import type { Finding, HurtService } from "../finding.ts";
import type { SchemaLock } from "../lock-file.ts";
import { defaultSeverities } from "../rule-severity.ts";
import type { EventHistory, SchemaTree } from "../schema-tree.ts";
import { sourceRules } from "./source.ts";

/**
 * Names the services that each break or change hurts, and turns what hits nobody's fields into notes.
 *
 * Contracts tell of the code that runs. So they settle what code may not compile with, and, when the services are
 * deployed first, what their present schemas cannot decode. They do not settle what events in topics mean to those who
 * read them later: a changed scale or default, or a version that cannot read what earlier ones wrote, stays as it is.
 */
export function applyContracts(findings: readonly Finding[], tree: SchemaTree, lock: SchemaLock): readonly Finding[] {
  if (tree.contracts.length === 0) return findings;
  const events = new Map(tree.events.map((event) => [event.name.type, event]));
  const readers = new Map<string, EventReaders>();
  return findings.flatMap((finding) => {
    const type = finding.about?.event;
    if (type === undefined) return [finding];
    const event = events.get(type) ?? null;
    const known = readers.get(type) ?? new EventReaders(type, event, tree);
    readers.set(type, known);
    const named = withHurt(finding, known);
    if (event !== null && isSettledByConsumers(named, event, known))
      return consumersFirst(named, known, tree.config, lock) ?? [];
    return [isUnreadSource(named, known) ? unreadSource(named, known) : named];
  });
}

function withHurt(finding: Finding, readers: EventReaders): Finding {
  const isHurt = hurtTest(finding, readers);
  if (isHurt === null) return finding;
  return { ...finding, hurts: readers.all.filter(isHurt).map((reader) => hurtService(reader, finding, readers)) };
}

function hurtService(reader: EventReader, { about }: Finding, readers: EventReaders): HurtService {
  const { service, owner } = reader.contract;
  const fields =
    about?.field === undefined ? (reader.use.fields === null ? null : []) : readers.fieldsTouched(reader, about.field);
  return { service, owner, ...(fields === null ? {} : { fields }) };
}

/** Which readers of the event a finding hurts; null where it is not about readers. */
function hurtTest({ rule, about }: Finding, readers: EventReaders): ((reader: EventReader) => boolean) | null {
  if (about === undefined || rule === "source-required" || rule === "unreleased") return null; // about who publishes
  const { version, field, readers: failing } = about;
  if (rule === "released-edited" || rule === "released-removed") return () => true;
  const isReading = (reader: EventReader) => readers.readerVersion(reader, version) !== null;
  if (rule === "key-moved" || rule === "key-narrowed") return isReading;
  if (rule !== "incompatible") {
    return (reader) => isReading(reader) && (field === undefined || readers.fieldsTouched(reader, field)?.length !== 0);
  }
  // Whoever decodes by a version that cannot read the newer one fails, whichever fields its code reads. A version that
  // cannot read the earlier ones hurts all, once they move to it.
  if (failing === undefined || failing.includes(version)) return isReading;
  return (reader) => failing.includes(readers.readerVersion(reader, version) ?? 0);
}

/** A break that is over once every service runs the newer package, and needs no change of their code. */
function isSettledByConsumers({ rule, about }: Finding, event: EventHistory, readers: EventReaders): boolean {
  if (rule !== "incompatible" || about?.field === undefined || about.readers === undefined) return false;
  const { version, field, readers: failing } = about;
  if (failing.includes(version) || !readers.isUnread(field)) return false;
  const newer = schemaOf(event, version);
  return failing.every((older) => {
    const writer = schemaOf(event, older);
    return newer !== null && writer !== null && checkCompatibility(newer, writer).compatible;
  });
}

function schemaOf(event: EventHistory, version: number) {
  return event.versions.find((candidate) => candidate.version === version)?.schema ?? null;
}

function consumersFirst(
  finding: Finding,
  readers: EventReaders,
  config: SchemasConfig,
  lock: SchemaLock,
): readonly Finding[] | null {
  const { about, hurts = [] } = finding;
  const setting = config.rules.get("consumers-first") ?? defaultSeverities["consumers-first"];
  const isReleased = about !== undefined && (lock.get(about.event)?.has(about.version) ?? false);
  if (about === undefined || setting === "off" || (isReleased && hurts.length === 0)) return null;
  const version = `v${about.version}`;
  return [
    {
      ...finding,
      rule: "consumers-first",
      severity: hurts.length === 0 ? "note" : setting,
      message: `${finding.message}; of the services that read the event (${servicesOf(readers)}) none reads "${about.field}"`,
      help:
        hurts.length === 0
          ? `all of them run the package of ${version} or a later one, so ${version} may be published`
          : `deploy these with the package of ${version} before anything publishes ${version}, and add ${about.version} to the versions in their contracts; their code stays as it is`,
    },
  ];
}

/** Code that does not use the field compiles; code that publishes it changes together with the schema. */
function isUnreadSource({ rule, about }: Finding, readers: EventReaders): boolean {
  const isSource = sourceRules.some((known) => known === rule) && rule !== "source-required";
  return isSource && about?.field !== undefined && readers.isUnread(about.field);
}

function unreadSource(finding: Finding, readers: EventReaders): Finding {
  return {
    ...finding,
    severity: "note",
    message: `${finding.message}; no service reads it`,
    help: `nothing to do: the field is in no contract of those who read the event, ${servicesOf(readers)}`,
  };
}

function servicesOf({ all }: EventReaders): string {
  return all.map(({ contract }) => contract.service).join(", ");
}
