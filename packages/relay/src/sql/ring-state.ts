import type pg from "pg";
import { parseSnapshot } from "../cursors/snapshot.ts";
import { RelayError } from "../errors.ts";
import type { RingState, SlotContent } from "../retention/ring-slots.ts";
import { SLOT_COUNT } from "./backlog-bounds.ts";

/**
 * The ring and all cursors, in one statement and so in one snapshot. Of each slot the ends of its two indexes, and which
 * of the transactions that cursors list as running have rows in it: 40 index look-ups, however large the table.
 *
 * `parent` is never executed: it has the parent locked before the slots, as a TRUNCATE or ALTER of the whole outbox locks
 * them. slot_seconds locks it too, and after the slots the two would wait for each other.
 */
export const ringStateQuery = `
WITH parent AS (SELECT FROM ONLY waybill.outbox),
cursors AS MATERIALIZED (SELECT DISTINCT s1::text, s2::text, last_id::text FROM waybill.relay_cursor),
running AS MATERIALIZED (
  SELECT coalesce(array_agg(xid), '{}') AS xids FROM (
    SELECT pg_snapshot_xip(s1::pg_snapshot) AS xid FROM cursors
    UNION SELECT pg_snapshot_xip(s2::pg_snapshot) FROM cursors) AS listed)
SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS now_ms,
  waybill.slot_seconds() AS slot_seconds,
  waybill.slot_at(clock_timestamp()) AS current_slot,
  (SELECT coalesce(json_agg(cursors), '[]') FROM cursors) AS cursors,
  (SELECT json_agg(content ORDER BY content.slot) FROM (${slotSelects()}) AS content) AS slots,
  (SELECT sum(pg_total_relation_size(inhrelid))::float8 FROM pg_inherits
    WHERE inhparent = 'waybill.outbox'::regclass) AS bytes`;

function slotSelects(): string {
  return Array.from({ length: SLOT_COUNT }, (_, slot) => slotSelect(slot)).join("\n  UNION ALL ");
}

function slotSelect(slot: number): string {
  const table = `waybill.outbox_${slot}`;
  return `SELECT ${slot} AS slot, (SELECT max(xid) FROM ONLY ${table})::text AS newest_xid,
    (SELECT max(id) FROM ONLY ${table})::text AS newest_id,
    (SELECT extract(epoch FROM occurred_at)::float8 * 1000 FROM ONLY ${table} ORDER BY id LIMIT 1) AS oldest_ms,
    (SELECT extract(epoch FROM occurred_at)::float8 * 1000 FROM ONLY ${table} ORDER BY id DESC LIMIT 1) AS newest_ms,
    ARRAY(SELECT DISTINCT xid FROM ONLY ${table} WHERE xid = ANY ((SELECT xids FROM running)::xid8[]))::text[] AS running`;
}

interface SlotRow {
  readonly newest_xid: string | null;
  readonly newest_id: string | null;
  readonly oldest_ms: number | null;
  readonly newest_ms: number | null;
  readonly running: readonly string[];
}

interface RingRow {
  readonly now_ms: number;
  readonly slot_seconds: number | null;
  readonly current_slot: number | null;
  readonly cursors: readonly { readonly s1: string; readonly s2: string | null; readonly last_id: string }[];
  readonly slots: readonly SlotRow[];
  readonly bytes: number;
}

/** @throws RelayError MIGRATION_MISSING when the default of waybill.outbox.slot is none that the ring knows */
export async function readRingState(client: pg.Client): Promise<RingState> {
  const { rows } = await client.query<RingRow>({ name: "waybill_ring_state", text: ringStateQuery });
  const row = rows[0] as RingRow;
  if (row.slot_seconds === null || row.current_slot === null) {
    throw new RelayError(
      "MIGRATION_MISSING",
      "the default of waybill.outbox.slot was changed by hand, so the length of a slot is not known: run " +
        "SELECT waybill.set_slot_seconds(14400) as the table's owner",
    );
  }
  return {
    now: row.now_ms,
    currentSlot: row.current_slot,
    slotSeconds: row.slot_seconds,
    slots: row.slots.map(toContent),
    cursors: row.cursors.map(({ s1, s2, last_id }) => ({
      s1: parseSnapshot(s1),
      s2: s2 === null ? null : parseSnapshot(s2),
      lastId: Number(last_id),
    })),
    bytes: row.bytes,
  };
}

function toContent({ newest_xid, newest_id, oldest_ms, newest_ms, running }: SlotRow): SlotContent | null {
  if (newest_xid === null || newest_id === null || oldest_ms === null || newest_ms === null) return null;
  return {
    newestXid: BigInt(newest_xid),
    newestId: Number(newest_id),
    runningXids: running.map(BigInt),
    oldestAt: oldest_ms,
    newestAt: newest_ms,
  };
}
