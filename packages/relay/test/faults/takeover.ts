import { eventually } from "@waybill/harness";
import type { Route } from "./fault-rig.ts";
import type { FaultRun } from "./fault-run.ts";
import type { CrewMember } from "./relay-crew.ts";

/** Waits until all relays hold a part of the shards, and tells them with their routes. */
export async function sharers(
  run: FaultRun,
): Promise<readonly { readonly member: CrewMember; readonly route: Route }[]> {
  await eventually(async () => {
    const holders = await holdersOf(run);
    return run.crew.every(({ process }) => holders.has(process.instance));
  });
  return run.crew.map((member, n) => ({ member, route: run.routes[n] as Route }));
}

/** Waits until nothing is held by a relay any more: its shares are others'. */
export async function hasTakenOver(run: FaultRun, from: CrewMember): Promise<void> {
  await eventually(async () => {
    const holders = await holdersOf(run);
    return !holders.has(from.process.instance) && !holders.has(null);
  });
}

async function holdersOf(run: FaultRun): Promise<ReadonlySet<string | null>> {
  const rows = await run.query<{ holder: string | null }>("SELECT holder::text FROM waybill.relay_cursor");
  return new Set(rows.map(({ holder }) => holder));
}
