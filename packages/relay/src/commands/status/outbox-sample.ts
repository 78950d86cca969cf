import type pg from "pg";
import { topId } from "../../sql/backlog-bounds.ts";
import { beginOneInstant } from "../../sql/begin-one-instant.ts";
import { type CursorRow, readCursorRows } from "../../sql/cursor-rows.ts";
import { type ParkedEvents, readParkedEvents } from "../../sql/dead-letter-counts.ts";
import { hasTable } from "../../sql/optional-tables.ts";
import { type PendingTopic, readPending } from "../../sql/pending-events.ts";
import { type RelayInstance, readRelayInstances } from "../../sql/relay-instances.ts";

/** What the database knows of the outbox and its relays at one instant. */
export interface OutboxSample {
  /** By the database's clock, as all instants here. */
  readonly at: Date;
  readonly cursors: readonly CursorRow[];
  readonly pending: readonly PendingTopic[];
  /** The highest id of a committed row. */
  readonly topId: number;
  /** Null on a database without leases. */
  readonly instances: readonly RelayInstance[] | null;
  /** Null on a database without dead letters. */
  readonly parked: readonly ParkedEvents[] | null;
}

/** Takes a sample from one snapshot of the database, so that its figures agree with each other. */
export async function sampleOutbox(client: pg.Client): Promise<OutboxSample> {
  await beginOneInstant(client);
  try {
    const cursors = await readCursorRows(client);
    const { rows } = await client.query<{ at: Date }>("SELECT clock_timestamp() AS at");
    return {
      at: (rows[0] as { at: Date }).at,
      cursors,
      pending: await readPending(client, cursors),
      topId: await topId(client),
      instances: (await hasTable(client, "waybill.relay_instance")) ? await readRelayInstances(client) : null,
      parked: (await hasTable(client, "waybill.dead_letter")) ? await readParkedEvents(client) : null,
    };
  } finally {
    await client.query("COMMIT");
  }
}
