import type pg from "pg";
import type { HeldKey } from "../dead-letters/held-keys.ts";

/** The held keys of some shards, each with its first row. */
export async function readHeldKeys(
  client: pg.Client,
  shards: readonly number[],
): Promise<(HeldKey & { readonly fromId: number })[]> {
  const { rows } = await client.query<HeldKey & { from_id: string }>(
    `SELECT shard, topic, key, min(outbox_id)::text AS from_id FROM waybill.dead_letter
     WHERE holds_key AND shard = ANY ($1::smallint[]) GROUP BY shard, topic, key`,
    [shards],
  );
  return rows.map(({ from_id, ...held }) => ({ ...held, fromId: Number(from_id) }));
}

/** The newest of the rows that hold no key: those among them that no saved cursor covers are read again. */
export async function readParkedAlone(client: pg.Client, shards: readonly number[], most: number): Promise<number[]> {
  const { rows } = await client.query<{ id: string }>(
    `SELECT outbox_id::text AS id FROM waybill.dead_letter
     WHERE NOT holds_key AND shard = ANY ($1::smallint[]) ORDER BY parked_at DESC LIMIT $2`,
    [shards, most],
  );
  return rows.map(({ id }) => Number(id)).reverse();
}
