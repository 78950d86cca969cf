import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { TestDatabase } from "@waybill/harness";
import type pg from "pg";
import type { InspectReport } from "../src/commands/inspect/inspect-report.ts";
import { json, operatorCli, publishAllByHand } from "./operator-cli.ts";
import { discardRow, parkRow } from "./park-row.ts";
import { connect, createOutboxDatabase } from "./outbox-database.ts";
import { createCountedEvent, insertEvents } from "./test-event.ts";

const event = createCountedEvent("inspected");
let database: TestDatabase;
let client: pg.Client;
let eventId: string;
let rowId: number;

beforeAll(async () => {
  database = await createOutboxDatabase();
  client = await connect(database.url);
  await insertEvents(client, event, [{ key: "key-1", version: 7 }]);
  const { rows } = await client.query<{ id: string; event_id: string }>("SELECT id, event_id FROM waybill.outbox");
  eventId = rows[0]!.event_id;
  rowId = Number(rows[0]!.id);
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

async function inspect(reference: string, ...flags: readonly string[]): Promise<InspectReport[]> {
  return json(await operatorCli(["inspect", reference, "--json", ...flags, "--database-url", database.url]));
}

describe("outbox-relay inspect", () => {
  it("finds a pending event by its id, with headers and decoded payload", async () => {
    const [report] = await inspect(eventId);
    expect(report).toMatchObject({
      state: "pending",
      eventId,
      rowId,
      topic: event.topic,
      key: "key-1",
      schema: {
        id: String(event.schemaId),
        recordName: "relay.test.Counted",
        subject: `${event.topic}-relay.test.Counted`,
      },
      payload: { key: "key-1", version: 7 },
      payloadProblem: null,
    });
    expect(report?.headers).toContainEqual(["ce_id", eventId]);
    expect(await inspect(String(rowId))).toEqual([report]);
    expect(await inspect(eventId.toUpperCase())).toEqual([report]);
  });

  it("leaves the payload out when told", async () => {
    const { stdout } = await operatorCli(["inspect", eventId, "--no-payload", "--database-url", database.url]);
    expect(stdout).toContain("not shown");
    expect(stdout).not.toContain('"version": 7');
  });

  it("knows that it is published once the cursor of its group is beyond it", async () => {
    const { rows } = await client.query<{ group: number }>("SELECT shard >> 3 AS group FROM waybill.outbox");
    await client.query("UPDATE waybill.relay_cursor SET s1 = pg_current_snapshot() WHERE shard_group <> $1", [
      rows[0]?.group,
    ]);
    expect(await inspect(eventId)).toMatchObject([{ state: "pending" }]);
    await client.query("UPDATE waybill.relay_cursor SET s1 = '3:3:', s2 = pg_current_snapshot(), last_id = $1", [
      rowId - 1,
    ]);
    expect(await inspect(eventId)).toMatchObject([{ state: "pending" }]);
    await client.query("UPDATE waybill.relay_cursor SET last_id = $1", [rowId]);
    expect(await inspect(eventId)).toMatchObject([{ state: "published" }]);
    await publishAllByHand(client);
    expect(await inspect(eventId)).toMatchObject([{ state: "published" }]);
  });

  it("finds a parked event, also when its row is gone", async () => {
    const parked = createCountedEvent("parked");
    await insertEvents(client, parked, [{ key: "key-2", version: 1 }]);
    const { rows } = await client.query<{ id: string }>("SELECT max(id) AS id FROM waybill.outbox");
    const id = Number(rows[0]?.id);
    await parkRow(client, id);
    await publishAllByHand(client); // the cursor is beyond it all the same
    const [report] = await inspect(String(id));
    expect(report).toMatchObject({ state: "parked", parkedAt: expect.any(String), payload: { key: "key-2" } });
    expect(report?.explanation).toContain("(record-too-large: larger than the topic takes)");
    await client.query("DELETE FROM waybill.outbox WHERE id = $1", [id]);
    expect(await inspect(report?.eventId ?? "")).toMatchObject([
      { state: "parked", rowId: id, payload: { version: 1 } },
    ]);
    await client.query("DELETE FROM waybill.dead_letter");
    const { rows: others } = await client.query<{ id: string }>("SELECT max(id) AS id FROM waybill.outbox");
    await discardRow(client, Number(others[0]?.id));
    expect(await inspect(others[0]?.id ?? "")).toMatchObject([
      { state: "discarded", explanation: expect.stringContaining("jane gave it up at"), payload: expect.anything() },
    ]);
    await client.query("DELETE FROM waybill.discarded_event");
  });

  it("says why a payload or a header cannot be read", async () => {
    const broken = randomUUID();
    await client.query(
      `INSERT INTO waybill.outbox (event_id, topic, schema_id, payload, headers) VALUES ($1, 't', $2, '\\x06', '\\x09')`,
      [broken, event.schemaId],
    );
    const [report] = await inspect(broken);
    expect(report).toMatchObject({ key: null, headers: null, payload: null });
    expect(report?.headersProblem).toContain("record headers");
    expect(report?.payloadProblem).toContain("Counted");
    const orphan = randomUUID();
    await client.query(
      `INSERT INTO waybill.outbox (event_id, topic, schema_id, payload, headers) VALUES ($1, 't', 4711, '', '\\x00')`,
      [orphan],
    );
    expect((await inspect(orphan))[0]?.payloadProblem).toContain("waybill.schema has no row 4711");
  });

  it("shows every row that bears the id", async () => {
    const twice = randomUUID();
    for (let copy = 0; copy < 2; copy++) {
      await client.query(
        `INSERT INTO waybill.outbox (event_id, topic, schema_id, payload, headers) VALUES ($1, 't', 4711, '', '\\x00')`,
        [twice],
      );
    }
    expect(await inspect(twice)).toHaveLength(2);
  });

  it("tells what never was from what retention has taken", async () => {
    expect(await inspect(randomUUID())).toMatchObject([{ state: "unknown", eventId: null }]);
    expect(await inspect("999999")).toMatchObject([{ state: "unknown" }]);
    expect(await inspect("0190163d-8694-739b-aea5-966c26f8ad91")).toMatchObject([{ state: "truncated" }]); // of 2024
  });

  it("refuses what is no id", async () => {
    const { code, stderr } = await operatorCli(["inspect", "order-1"]);
    expect(stderr).toContain('"order-1" is neither an event\'s id (a UUID) nor the number of a row of waybill.outbox');
    expect(stderr).toContain("--database-url (DATABASE_URL) is missing");
    expect(code).toBe(2);
  });
});
