import type pg from "pg";
import { parseSnapshot, type Snapshot } from "../cursors/snapshot.ts";

const SHARD_COUNT = 64;

/** Where one shard group stands, for people and their tools. */
export interface CursorRow {
  readonly group: number;
  readonly shards: readonly number[];
  readonly s1: Snapshot;
  readonly s2: Snapshot | null;
  readonly lastId: number;
  readonly epoch: number;
  /** The instance's id, or on a database without leases the holder's description. */
  readonly holder: string | null;
  readonly savedAt: Date | null;
  /** Undefined on a database without leases. */
  readonly leaseUntil: Date | null | undefined;
}

interface Row {
  readonly s1: string;
  readonly s2: string | null;
  readonly last_id: string;
  readonly shard_group: number;
  /** The row as JSON: columns that a database of an older form lacks are absent rather than an error. */
  readonly columns: Readonly<Record<string, unknown>>;
}

/** All groups; one of all 64 shards on a database that was made before there were several. */
export async function readCursorRows(client: pg.Client): Promise<CursorRow[]> {
  const { rows } = await client.query<Row>(
    `SELECT s1::text, s2::text, last_id::text, shard_group, to_jsonb(c) AS columns
     FROM waybill.relay_cursor AS c ORDER BY shard_group`,
  );
  return rows.map((row) => toCursorRow(row, rows.length));
}

function toCursorRow({ s1, s2, last_id, shard_group, columns }: Row, groups: number): CursorRow {
  const size = SHARD_COUNT / groups;
  return {
    group: shard_group,
    shards: Array.from({ length: size }, (_, index) => shard_group * size + index),
    s1: parseSnapshot(s1),
    s2: s2 === null ? null : parseSnapshot(s2),
    lastId: Number(last_id),
    epoch: Number(columns["epoch"]),
    holder: typeof columns["holder"] === "string" ? columns["holder"] : null,
    savedAt: instant(columns["saved_at"]),
    leaseUntil: "lease_until" in columns ? instant(columns["lease_until"]) : undefined,
  };
}

function instant(value: unknown): Date | null {
  return typeof value === "string" ? new Date(value) : null;
}
