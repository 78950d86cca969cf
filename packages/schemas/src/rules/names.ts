import { recordNameFor } from "../event-name.ts";
import { type Finding, type Location, startOf } from "../finding.ts";
import type { EventHistory, SchemaVersion } from "../schema-tree.ts";
import { nameLocation } from "../shared-types/own-type.ts";

/**
 * The name of a version's record follows from its path. A version either keeps the name of the one before it or begins
 * a new generation under a name with its own number.
 */
export function checkNames(event: EventHistory): readonly Finding[] {
  const findings: Finding[] = [];
  let current: string | null = null;
  for (const version of event.versions) {
    if (version.schema === null) continue;
    if (version.record === null) {
      findings.push(notARecord(version));
      continue;
    }
    const { fullName } = version.record;
    const allowed = allowedNames(event, version.version, current);
    if (!allowed.includes(fullName) && (current !== null || !isEarlierName(event, version.version, fullName))) {
      findings.push(wrongName(version, fullName, allowed));
    }
    current = fullName;
  }
  return findings;
}

/**
 * The name to keep, then the one that begins a generation. Where the versions before this one are missing or
 * unreadable, the name to keep may be that of any of them.
 */
function allowedNames(event: EventHistory, version: number, current: string | null): readonly string[] {
  const fresh = recordNameFor(event.name, version);
  if (current !== null) return [current, fresh];
  const first = recordNameFor(event.name, 1);
  return version === 1 ? [first] : [first, fresh];
}

/** Whether a generation that began between the first version and this one has the name. */
function isEarlierName(event: EventHistory, version: number, fullName: string): boolean {
  const first = recordNameFor(event.name, 1);
  const [, start] = fullName.startsWith(first) ? (/^V([1-9][0-9]{0,8})$/.exec(fullName.slice(first.length)) ?? []) : [];
  return start !== undefined && Number(start) > 1 && Number(start) < version;
}

function notARecord(version: SchemaVersion): Finding {
  return {
    ...startOf(version.file),
    rule: "record-required",
    severity: "error",
    message: `an event must be a record, and this is ${version.schema?.type === "enum" ? "an enum" : `a ${version.schema?.type}`}`,
    help: "wrap it in a record; only a record can gain fields in a later version",
  };
}

function wrongName(version: SchemaVersion, fullName: string, allowed: readonly string[]): Finding {
  const [first = "", fresh] = allowed;
  if (fresh === undefined) {
    return {
      ...nameLocation({ path: version.file, content: version.content }),
      rule: "record-name",
      severity: "error",
      message: `the record is named "${fullName}", and its path makes it "${first}"`,
      help: `set "namespace" to "${first.slice(0, first.lastIndexOf("."))}" and "name" to "${first.slice(first.lastIndexOf(".") + 1)}"`,
    };
  }
  return {
    ...nameLocation({ path: version.file, content: version.content }),
    rule: "generation-name",
    severity: "error",
    message: `the record is named "${fullName}", which is neither its generation's name nor that of a new generation`,
    help: `keep "${first}" for a compatible version, or begin a new generation as "${allowed.at(-1)}"`,
  };
}

/** Settings of events that the tree does not hold: most often a typing error that would go unnoticed. */
export function checkConfiguredEvents(
  configured: ReadonlyMap<string, { readonly at: Location }>,
  events: readonly EventHistory[],
): readonly Finding[] {
  const known = new Set(events.map(({ name }) => name.type));
  return [...configured]
    .filter(([type]) => !known.has(type))
    .map(([type, { at }]) => ({
      ...at,
      rule: "event-unknown" as const,
      severity: "error" as const,
      message: `the config has settings for "${type}", and the tree has no such event`,
      help: `correct the name or remove the settings; the events are ${[...known].join(", ") || "none yet"}`,
    }));
}
