import { afterAll, afterEach, beforeAll, expect, it } from "@jest/globals";
import { eventually } from "@waybill/harness";
import type pg from "pg";
import { connect } from "./outbox-database.ts";
import type { RelayProcess } from "./relay-process.ts";
import { type RelayServices, startRelayServices } from "./relay-services.ts";
import { insertIntoSlot, publishAllRows, rowsBySlot, slotAhead } from "./ring-rows.ts";

let services: RelayServices;
let writer: pg.Client;

beforeAll(async () => {
  services = await startRelayServices();
  writer = await connect(services.database.url);
});
afterEach(() => services.cleanUp());
afterAll(async () => {
  await writer.end();
  await services.stop();
});

/** A relay whose TRUNCATE of the slot waits for the writer's transaction. The wait is made long enough to strike in. */
async function relayWaitingFor(slot: number): Promise<RelayProcess> {
  const { client } = services;
  await client.query("ALTER FUNCTION waybill.truncate_slot SET lock_timeout = '30s'");
  await insertIntoSlot(client, { slot, ageHours: 25, count: 10 });
  await publishAllRows(client);
  await writer.query("BEGIN");
  await insertIntoSlot(writer, { slot, ageHours: 25 });
  const relay = await services.spawn();
  await eventually(() => isWaitedFor(slot));
  return relay;
}

async function isWaitedFor(slot: number): Promise<boolean> {
  const { rowCount } = await services.client.query(
    "SELECT FROM pg_locks WHERE NOT granted AND relation = $1::regclass AND mode = 'AccessExclusiveLock'",
    [`waybill.outbox_${slot}`],
  );
  return rowCount === 1;
}

it.each(["SIGKILL", "SIGSTOP"] as const)(
  "the server ends by itself what a relay has begun that got %s: no lock stays, no row is lost",
  async (signal) => {
    const slot = await slotAhead(services.client, 2);
    const relay = await relayWaitingFor(slot);
    relay.kill(signal);
    await writer.query("ROLLBACK");
    await eventually(async () => Object.keys(await rowsBySlot(services.client)).length === 0);
    // Neither a reader nor a writer of the slot waits for the relay that is gone.
    await insertIntoSlot(writer, { slot });
    expect(await rowsBySlot(writer)).toEqual({ [`${slot}`]: 1 });
    relay.kill("SIGKILL");
    await relay.exited;
  },
);

it("the rows that the writer commits meanwhile are kept", async () => {
  const slot = await slotAhead(services.client, 2);
  const relay = await relayWaitingFor(slot);
  relay.kill("SIGKILL");
  await writer.query("COMMIT");
  await eventually(async () => !(await isWaitedFor(slot)));
  await relay.exited;
  expect(await rowsBySlot(services.client)).toEqual({ [`${slot}`]: 11 });
});

it("an open writer delays a slot by a lock wait of 50 ms, and nobody else", async () => {
  const { client } = services;
  const slot = await slotAhead(client, 2);
  await client.query("ALTER FUNCTION waybill.truncate_slot SET lock_timeout = '50ms'");
  await insertIntoSlot(client, { slot, ageHours: 25 });
  await publishAllRows(client);
  await writer.query("BEGIN");
  await insertIntoSlot(writer, { slot, ageHours: 25 });
  const relay = await services.spawn();
  const lockTimeouts = async () => {
    const text = await (await fetch(`${relay.httpUrl}/metrics`)).text();
    return Number(/^waybill_relay_retention_runs_total\{outcome="locked"\} (\d+)$/m.exec(text)?.[1]);
  };
  await eventually(async () => (await lockTimeouts()) === 1);
  await insertIntoSlot(client, { slot });
  await writer.query("COMMIT");
  relay.kill("SIGKILL");
  await relay.exited;
});
