import type pg from "pg";
import type { Snapshot } from "../snapshot.ts";

/** The ring of 0001_outbox.sql. */
export const SLOT_COUNT = 8;

const slots = Array.from({ length: SLOT_COUNT }, (_, slot) => slot);

/**
 * An id below which no row of the window lies. $1 = S1.
 *
 * A slot whose newest xid is older than every transaction that S1 did not see holds nothing of the window; of the
 * others the lowest id counts. Sixteen index look-ups, whereas `min(id)` over the window walks it (2 to 3 s per 5
 * million rows). Never taken from the sequence: its value at S1 says nothing of ids drawn before and committed after.
 */
export const backlogFloorQuery = `
SELECT min(m)::text AS floor FROM (
  ${slots
    .map(
      (slot) =>
        `SELECT (SELECT max(xid) FROM waybill.outbox_${slot}) AS x, (SELECT min(id) FROM waybill.outbox_${slot}) AS m`,
    )
    .join("\n  UNION ALL ")}
) AS q WHERE x >= pg_snapshot_xmin($1::pg_snapshot)`;

/** The highest id there is: no row that any snapshot taken so far can see has a higher one. */
export const topIdQuery = "SELECT coalesce(max(id), 0)::text AS top FROM waybill.outbox";

/** An id that all rows of a window from `s1` are at or above; ask after taking the window's end. */
export async function backlogFloor(client: pg.Client, s1: Snapshot): Promise<number> {
  const { rows } = await client.query<{ floor: string | null }>({
    name: "waybill_backlog_floor",
    text: backlogFloorQuery,
    values: [s1.text],
  });
  return Number(rows[0]?.floor ?? 0);
}

/** The highest id there is, 0 in an empty outbox. */
export async function topId(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ top: string }>({ name: "waybill_top_id", text: topIdQuery });
  return Number((rows[0] as { top: string }).top);
}
