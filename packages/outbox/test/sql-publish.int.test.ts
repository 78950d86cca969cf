import { afterAll, beforeAll, beforeEach, expect, it } from "@jest/globals";
import { encodeRecordHeaders, type Envelope } from "@waybill/events";
import { publish } from "@waybill/outbox";
import pg from "pg";
import {
  createOutboxDatabase,
  envelopeOf,
  headersOf,
  orderPlaced,
  type OutboxDatabase,
  placed,
} from "./outbox-test.ts";

// Another language's view: no Prisma, no library, a plain connection.

let database: OutboxDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await createOutboxDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});
beforeEach(() => database.clear());

const defaults = {
  topic: "orders.order",
  key: "o-1",
  type: "orders.order.placed",
  version: 1,
  definition: orderPlaced.schema,
  payload: Buffer.from(orderPlaced.encode(placed("o-1"))),
};

async function sqlPublish(changes: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const entries = Object.entries({ ...defaults, ...changes });
  const list = entries.map(([name], index) => `${name} => $${index + 1}`).join(", ");
  const { rows } = await client.query<{ id: string }>(
    `SELECT waybill.publish(${list}) AS id`,
    entries.map(([, value]) => value),
  );
  return rows[0]?.id as string;
}

it("writes the row that the library writes", async () => {
  const chosen: Pick<Envelope, "id" | "correlationId" | "causationId" | "traceparent" | "source"> = {
    id: "0190163d-8694-739b-aea5-966c26f8ad91",
    correlationId: "c-é-鍵",
    causationId: "r-1",
    traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    source: "/checkout",
  };
  const occurredAt = new Date("2026-02-03T04:05:06.007Z");
  const headers = { a: "x".repeat(9000), b: "" };
  await sqlPublish({
    event_id: chosen.id,
    correlation_id: chosen.correlationId,
    causation_id: chosen.causationId,
    traceparent: chosen.traceparent,
    source: chosen.source,
    occurred_at: occurredAt,
    headers,
  });
  await database.prisma.$transaction((tx) =>
    publish(tx, orderPlaced, placed("o-1"), { ...chosen, occurredAt, headers }),
  );
  const [fromSql, fromLibrary] = (await database.stored()).map((row) => ({ ...row, id: 0n }));
  expect(fromSql).toEqual(fromLibrary);
  expect(await database.prisma.$queryRaw`SELECT count(*)::int AS schemas FROM waybill.schema`).toEqual([
    { schemas: 1 },
  ]);
});

it("fills in id, time and correlation by itself", async () => {
  const id = await sqlPublish({ key: null, traceparent: "nonsense" });
  const [row] = await database.stored();
  const envelope = envelopeOf(row as { headers: Uint8Array });
  expect(envelope).toMatchObject({
    id,
    correlationId: id,
    causationId: null,
    subject: null,
    source: "/",
    traceparent: null,
  });
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab]/);
  expect(Math.abs(Number.parseInt(id.replace("-", "").slice(0, 12), 16) - envelope.time.getTime())).toBeLessThan(1000);
  expect(Math.abs(Date.now() - envelope.time.getTime())).toBeLessThan(60_000);
  expect(headersOf(row as { headers: Uint8Array }).has("ce_subject")).toBe(false);
});

it("rolls back with the transaction", async () => {
  await client.query("BEGIN");
  await sqlPublish();
  await client.query("ROLLBACK");
  expect(await database.stored()).toEqual([]);
});

it("encodes lengths on both sides of every step of a varint", async () => {
  for (const length of [0, 1, 63, 64, 8191, 8192, 1_048_575, 1_048_576]) {
    const value = "v".repeat(length);
    const { rows } = await client.query<{ bytes: Buffer }>("SELECT waybill.record_headers('n', $1) AS bytes", [value]);
    expect(Buffer.compare(rows[0]?.bytes as Buffer, encodeRecordHeaders([["n", value]]))).toBe(0);
  }
  const many = Array.from({ length: 100 }, (_, index): [string, string] => [`name-${index}`, `é${index}`]);
  const { rows } = await client.query("SELECT waybill.record_headers(VARIADIC $1::text[]) AS bytes", [many.flat()]);
  expect([...rows[0].bytes]).toEqual([...encodeRecordHeaders(many)]);
});

it("finds the name of the record as Avro does", async () => {
  for (const [schema, name] of [
    [{ type: "record", name: "a.b.C", namespace: "x" }, "a.b.C"],
    [{ type: "record", name: "C", namespace: "a.b" }, "a.b.C"],
    [{ type: "record", name: "C", namespace: "" }, "C"],
    [{ type: "record", name: "C" }, "C"],
  ] as const) {
    const { rows } = await client.query("SELECT waybill.record_name($1::jsonb) AS name", [JSON.stringify(schema)]);
    expect(rows).toEqual([{ name }]);
  }
});

it.each([
  [{ topic: "" }, "'' is not a Kafka topic name"],
  [{ topic: null }, "NULL is not a Kafka topic name"],
  [{ topic: ".." }, "'..' is not a Kafka topic name"],
  [{ type: null }, "event NULL version 1 needs a type"],
  [{ version: 0 }, "version 0 needs a type, a version from 1"],
  [{ version: null }, "version NULL needs a type, a version from 1"],
  [{ source: "" }, "and a source"],
  [{ payload: null }, 'null value in column "payload"'],
  [{ definition: '"string"' }, "not the schema of an Avro record"],
  [{ definition: "{" }, "invalid input syntax for type json"],
  [{ headers: { ce_id: "x" } }, "belongs to the envelope"],
  [{ headers: { Traceparent: "x" } }, "belongs to the envelope"],
  [{ headers: { n: 1 } }, "a header is not a string"],
  [{ headers: "[]" }, "headers must be an object"],
  [{ headers: null }, "headers must be an object"],
  [{ max_event_bytes: 100 }, "more than max_event_bytes, 100"],
])("refuses %j", async (changes, message) => {
  await expect(sqlPublish(changes)).rejects.toThrow(message);
  expect(await database.stored()).toEqual([]);
});
