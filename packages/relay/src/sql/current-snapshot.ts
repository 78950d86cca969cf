import type pg from "pg";
import { parseSnapshot, type Snapshot } from "../cursors/snapshot.ts";

/**
 * The tick: what an idle relay asks 20 times a second. Prepared, as planning would be most of its cost. Of the 150 µs of CPU
 * that are left, 110 are what any message costs a server process that slept; a cast to text would be 15 more.
 */
export async function currentSnapshot(client: pg.Client): Promise<Snapshot> {
  const { rows } = await client.query<{ snapshot: string }>({
    name: "waybill_current_snapshot",
    text: "SELECT pg_current_snapshot() AS snapshot",
  });
  return parseSnapshot((rows[0] as { snapshot: string }).snapshot);
}
