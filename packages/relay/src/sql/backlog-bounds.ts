import type pg from "pg";
import { finishedBetween, type Snapshot } from "../cursors/snapshot.ts";

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

/**
 * The lowest id of a window, exactly, and how many rows were looked at. $1 = xmax(S1), $2 = xmax(S2), $3 = the transactions
 * that ended between the two, $4 = the most rows to look at.
 */
export const windowFloorQuery = `
SELECT count(*)::int AS rows, min(id)::text AS floor FROM (
  SELECT id FROM (SELECT id FROM waybill.outbox WHERE xid >= $1::xid8 AND xid < $2::xid8 LIMIT $4) AS newer
  UNION ALL
  SELECT id FROM (SELECT id FROM waybill.outbox WHERE xid = ANY ($3::xid8[]) LIMIT $4) AS ended
) AS q`;

/** A window of fewer rows is measured exactly: 0.25 s at most, and a sixth of what reading it costs. */
const MEASURED_ROWS = 500_000;

/**
 * An id that all rows of the window `(s1, s2]` are at or above.
 *
 * Exact where the window is not huge. The bound by slots alone would have every burst of a thousand events walk over all
 * published rows of the current slot, 0.5 us for each: 5 s where it has 10 million.
 */
export async function backlogFloor(client: pg.Client, s1: Snapshot, s2: Snapshot): Promise<number> {
  const window = await client.query<{ rows: number; floor: string | null }>({
    name: "waybill_window_floor",
    text: windowFloorQuery,
    values: [String(s1.xmax), String(s2.xmax), finishedBetween(s1, s2).map(String), MEASURED_ROWS],
  });
  const measured = window.rows[0];
  if (measured !== undefined && measured.floor !== null && measured.rows < MEASURED_ROWS) return Number(measured.floor);
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
