import type pg from "pg";

/** Parked events of one topic and reason. */
export interface ParkedEvents {
  readonly topic: string;
  readonly reason: string;
  readonly events: number;
  readonly oldestAt: Date;
}

/** What is parked, and what waits behind that. Only where the table is there. */
export async function readParkedEvents(client: pg.Client): Promise<ParkedEvents[]> {
  const { rows } = await client.query<{ topic: string; reason: string; events: number; oldest: Date }>(
    `SELECT topic, coalesce(reason, 'behind an earlier one') AS reason, count(*)::int AS events, min(parked_at) AS oldest
     FROM waybill.dead_letter GROUP BY topic, dead_letter.reason ORDER BY min(parked_at)`,
  );
  return rows.map(({ topic, reason, events, oldest }) => ({ topic, reason, events, oldestAt: oldest }));
}
