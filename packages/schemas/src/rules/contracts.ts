import type { ConsumerContract, EventUse } from "../contracts/contract.ts";
import { findPath, stepsOfPath } from "../contracts/field-path.ts";
import { isRecordVersion } from "../event-reference.ts";
import type { Finding } from "../finding.ts";
import type { EventHistory, SchemaVersion } from "../schema-tree.ts";

/** A contract names events, versions and fields that exist; else its service is not warned of what hurts it. */
export function checkContracts(
  contracts: readonly ConsumerContract[],
  events: readonly EventHistory[],
): readonly Finding[] {
  const byType = new Map(events.map((event) => [event.name.type, event]));
  return contracts.flatMap((contract) =>
    contract.events.flatMap((use) => {
      const event = byType.get(use.event);
      return event === undefined ? [unknownEvent(contract, use, [...byType.keys()])] : checkUse(contract, use, event);
    }),
  );
}

function checkUse({ service }: ConsumerContract, use: EventUse, event: EventHistory): readonly Finding[] {
  const versions = use.versions.flatMap((number) => event.versions.find(({ version }) => version === number) ?? []);
  const unknown = use.versions.filter((number) => !versions.some(({ version }) => version === number));
  const there = event.versions.map(({ version }) => `v${version}`).join(", ");
  return [
    ...unknown.map((version) => ({
      ...(use.places.get(version) ?? use.at),
      ...unknownThing(`${service} reads v${version} of ${use.event}, which the tree lacks`),
      help: `correct the version; there are ${there}`,
    })),
    ...(use.fields ?? []).flatMap((path) => unknownField(service, use, path, versions) ?? []),
  ];
}

function unknownField(
  service: string,
  use: EventUse,
  path: string,
  versions: readonly SchemaVersion[],
): Finding | null {
  const records = versions.filter(isRecordVersion);
  const lookups = records.map(({ record }) => findPath(record, stepsOfPath(path)));
  const [miss] = lookups.toReversed();
  // Where a version is unknown or unreadable, the field may be there: that finding comes first.
  if (miss === undefined || miss.found || lookups.some(({ found }) => found)) return null;
  if (records.length < use.versions.length) return null;
  const place = miss.known === "" ? "the event" : miss.known;
  const next = miss.next.length === 0 ? `${place} holds no fields` : `${place} has ${miss.next.join(", ")}`;
  const names = records.map(({ version }) => `v${version}`).join(", ");
  return {
    ...(use.places.get(path) ?? use.at),
    ...unknownThing(
      `${service} reads "${path}", which ${names} of ${use.event} ${records.length > 1 ? "lack" : "lacks"}`,
    ),
    help: `correct the path or the versions: ${next}`,
  };
}

function unknownEvent({ service }: ConsumerContract, use: EventUse, known: readonly string[]): Finding {
  return {
    ...use.at,
    ...unknownThing(`${service} reads ${use.event}, and the tree has no such event`),
    help: `correct the name, or remove it; the events are ${known.join(", ") || "none yet"}`,
  };
}

function unknownThing(message: string): Pick<Finding, "rule" | "severity" | "message"> {
  return { rule: "contract-unknown", severity: "error", message };
}
