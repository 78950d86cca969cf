import { RELAY_CHANNEL } from "@waybill/outbox";
import type pg from "pg";

/** Calls `onHint` whenever an application says that it has published. Ends with the connection. */
export async function listenForEvents(client: pg.Client, onHint: () => void): Promise<void> {
  client.on("notification", ({ channel }) => {
    if (channel === RELAY_CHANNEL) onHint();
  });
  await client.query(`LISTEN ${RELAY_CHANNEL}`);
}
