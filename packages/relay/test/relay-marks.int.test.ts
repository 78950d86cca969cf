import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, it } from "@jest/globals";
import type { TestDatabase } from "@waybill/harness";
import type pg from "pg";
import { beginMarks, hasMark, markState } from "../src/sql/relay-marks.ts";
import { connect, createOutboxDatabase } from "./outbox-database.ts";

let database: TestDatabase;
let client: pg.Client;
const held = new Map([
  [0, 1n],
  [5, 1n],
]);

beforeAll(async () => {
  database = await createOutboxDatabase();
  client = await connect(database.url);
});
afterAll(async () => {
  await client.end();
  await database.drop();
});
beforeEach(async () => {
  await client.query("TRUNCATE waybill.relay_mark; UPDATE waybill.relay_cursor SET epoch = 1");
});

it("knows the states that it has been in, of each session and group", async () => {
  const session = randomUUID();
  await beginMarks(client, held, session, null);
  await markState(client, { session, seq: 7 });
  expect(await hasMark(client, 5, { session, seq: 6 })).toBe(true);
  expect(await hasMark(client, 5, { session, seq: 7 })).toBe(true);
  expect(await hasMark(client, 5, { session, seq: 8 })).toBe(false);
  expect(await hasMark(client, 4, { session, seq: 7 })).toBe(false);
  expect(await hasMark(client, 5, { session: randomUUID(), seq: 7 })).toBe(false);
});

it("keeps of other sessions the marks that Kafka may name, and its own", async () => {
  const [older, before, session] = [randomUUID(), randomUUID(), randomUUID()];
  await beginMarks(client, held, older, null);
  await beginMarks(client, held, before, older);
  await markState(client, { session: before, seq: 2 });
  await beginMarks(client, new Map([[0, 1n]]), session, before);
  await markState(client, { session, seq: 1 });
  await beginMarks(client, new Map([[0, 1n]]), session, before); // claimed anew by the same
  const { rows } = await client.query(
    "SELECT session_id AS session, shard_group AS group, seq::int FROM waybill.relay_mark",
  );
  expect(rows.sort((a, b) => a.group - b.group || a.seq - b.seq)).toEqual([
    { session, group: 0, seq: 1 },
    { session: before, group: 0, seq: 2 },
    { session: older, group: 5, seq: 0 },
    { session: before, group: 5, seq: 2 },
  ]);
});

it("leaves all as it is when another holds one of the groups", async () => {
  const holder = randomUUID();
  await beginMarks(client, held, holder, null);
  await client.query("UPDATE waybill.relay_cursor SET epoch = 2 WHERE shard_group = 5");
  await expect(beginMarks(client, held, randomUUID(), null)).rejects.toMatchObject({ code: "CURSOR_FENCED" });
  expect(await hasMark(client, 0, { session: holder, seq: 0 })).toBe(true);
});

it("does not mark a state that nobody could know again", async () => {
  await expect(markState(client, { session: randomUUID(), seq: 1 })).rejects.toMatchObject({ code: "CURSOR_FENCED" });
});

it("marks are on disk when they are answered, although commits are asynchronous", async () => {
  const session = randomUUID();
  await client.query("SET synchronous_commit = off");
  await beginMarks(client, held, session, null);
  await markState(client, { session, seq: 1 });
  const { rows } = await client.query("SELECT pg_current_wal_flush_lsn() >= pg_current_wal_insert_lsn() AS flushed");
  await client.query("RESET synchronous_commit");
  expect(rows).toEqual([{ flushed: true }]);
});
