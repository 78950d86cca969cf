import type pg from "pg";
import { to as copyTo } from "pg-copy-streams";
import { CopyRowReader } from "../copy-row-reader.ts";
import type { OutboxEvent } from "../outbox-event.ts";
import type { Snapshot } from "../snapshot.ts";

export interface BacklogRead {
  readonly s1: Snapshot;
  readonly s2: Snapshot;
  readonly shards: readonly number[];
  /** Rows above this id … */
  readonly afterId: bigint;
  /** … and up to this one: a bound on how many rows of other windows one statement walks over. */
  readonly toId: bigint;
  readonly maxEvents: number;
  readonly maxBytes: number;
}

export interface BacklogRows {
  readonly events: OutboxEvent[];
  /** Whether every row of the window up to `toId` is among them. */
  readonly isComplete: boolean;
}

/**
 * A piece of a large window, by index (id). COPY takes no parameters, hence literals: all are numbers or snapshots that
 * the server itself has printed. With the snapshots as literals a row costs 0.6 us to compare, read from a (toasted)
 * column 10.7 us.
 */
export function backlogSelect({ s1, s2, shards, afterId, toId, maxEvents }: Omit<BacklogRead, "maxBytes">): string {
  return `SELECT id, topic, key, schema_id, payload, headers, occurred_at FROM waybill.outbox
WHERE id > ${afterId} AND id <= ${toId}
  AND pg_visible_in_snapshot(xid, '${s2.text}') AND NOT pg_visible_in_snapshot(xid, '${s1.text}')
  AND shard = ANY ('{${shards.join(",")}}'::smallint[])
ORDER BY id LIMIT ${maxEvents}`;
}

/** Reads by COPY in binary form: 2 to 3 us of server CPU and 0.6 us of ours per row. */
export async function copyBacklog(client: pg.Client, read: BacklogRead): Promise<BacklogRows> {
  const stream = client.query(copyTo(`COPY (${backlogSelect(read)}) TO STDOUT (FORMAT binary)`));
  const reader = new CopyRowReader(read.maxBytes);
  for await (const chunk of stream) reader.push(chunk as Buffer);
  reader.end();
  return { events: reader.events, isComplete: !reader.wasCut && reader.rows < read.maxEvents };
}
