import type pg from "pg";

/** Told when a person has asked for something. */
export const DEAD_LETTER_CHANNEL = "waybill_dead_letter";

/** Whether a person has asked for something that concerns these shards. */
export async function isAskedFor(client: pg.Client, shards: readonly number[]): Promise<boolean> {
  const { rows } = await client.query<{ asked: boolean }>({
    name: "waybill_dead_letters_asked",
    text: `SELECT EXISTS (SELECT FROM waybill.dead_letter WHERE shard = ANY ($1::smallint[])
      AND (redrive_requested_at IS NOT NULL OR discard_requested_at IS NOT NULL)) AS asked`,
    values: [shards],
  });
  return rows[0]?.asked === true;
}

/** How many wait, by state. */
export async function countDeadLetters(
  client: pg.Client,
  shards: readonly number[],
): Promise<{ readonly parked: number; readonly behind: number }> {
  const { rows } = await client.query<{ parked: number; behind: number }>(
    `SELECT count(*) FILTER (WHERE state = 'parked')::int AS parked, count(*) FILTER (WHERE state = 'behind')::int AS behind
     FROM waybill.dead_letter WHERE shard = ANY ($1::smallint[])`,
    [shards],
  );
  return rows[0] as { parked: number; behind: number };
}
