import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, it } from "@jest/globals";
import type { TestDatabase } from "@waybill/harness";
import type pg from "pg";
import { beginMarks, hasMark, markState } from "../src/sql/relay-marks.ts";
import { connect, createOutboxDatabase } from "./outbox-database.ts";

let database: TestDatabase;
let client: pg.Client;
const five = { group: 5, epoch: 1n };
const other = { group: 0, epoch: 1n };

beforeAll(async () => {
  database = await createOutboxDatabase();
  client = await connect(database.url);
});
afterAll(async () => {
  await client.end();
  await database.drop();
});
beforeEach(async () => {
  await client.query(`UPDATE waybill.relay_cursor
    SET epoch = 1, mark_session = NULL, mark = NULL, kept_session = NULL, kept_mark = NULL`);
});

it("knows the states that it has been in, of each session and group", async () => {
  const session = randomUUID();
  await beginMarks(client, five, session, null);
  await markState(client, { session, mark: 7 });
  expect(await hasMark(client, 5, { session, mark: 6 })).toBe(true);
  expect(await hasMark(client, 5, { session, mark: 7 })).toBe(true);
  expect(await hasMark(client, 5, { session, mark: 8 })).toBe(false);
  expect(await hasMark(client, 4, { session, mark: 7 })).toBe(false);
  expect(await hasMark(client, 5, { session: randomUUID(), mark: 7 })).toBe(false);
});

it("keeps of earlier sessions the mark that Kafka may name, through sessions that commit nothing there", async () => {
  const [first, second, third] = [randomUUID(), randomUUID(), randomUUID()];
  await beginMarks(client, five, first, null);
  await markState(client, { session: first, mark: 3 });
  for (const session of [second, third]) {
    await beginMarks(client, five, session, first);
    await markState(client, { session, mark: 1 });
    expect(await hasMark(client, 5, { session: first, mark: 3 })).toBe(true);
    expect(await hasMark(client, 5, { session: first, mark: 4 })).toBe(false);
    expect(await hasMark(client, 5, { session, mark: 1 })).toBe(true);
  }
  expect(await hasMark(client, 5, { session: second, mark: 1 })).toBe(false); // Kafka never named it
  await beginMarks(client, five, randomUUID(), third);
  expect(await hasMark(client, 5, { session: third, mark: 1 })).toBe(true);
  expect(await hasMark(client, 5, { session: first, mark: 3 })).toBe(false);
});

it("goes on counting when a session claims a group anew", async () => {
  const [earlier, session] = [randomUUID(), randomUUID()];
  await beginMarks(client, five, earlier, null);
  await beginMarks(client, five, session, earlier);
  await markState(client, { session, mark: 4 });
  await beginMarks(client, five, session, session);
  expect(await hasMark(client, 5, { session, mark: 4 })).toBe(true);
  expect(await hasMark(client, 5, { session: earlier, mark: 0 })).toBe(false);
});

it("leaves all as it is when another holds the group", async () => {
  const holder = randomUUID();
  await beginMarks(client, five, holder, null);
  await client.query("UPDATE waybill.relay_cursor SET epoch = 2 WHERE shard_group = 5");
  await expect(beginMarks(client, five, randomUUID(), null)).rejects.toMatchObject({ code: "CURSOR_FENCED" });
  expect(await hasMark(client, 5, { session: holder, mark: 0 })).toBe(true);
});

it("does not mark a state that nobody could know again", async () => {
  await expect(markState(client, { session: randomUUID(), mark: 1 })).rejects.toMatchObject({ code: "CURSOR_FENCED" });
});

it("marks are on disk when they are answered, although commits are asynchronous, and outlive a compaction", async () => {
  const session = randomUUID();
  await client.query("SET synchronous_commit = off");
  await beginMarks(client, five, session, null);
  await beginMarks(client, other, session, null);
  const before = await client.query<{ lsn: string }>("SELECT pg_current_wal_insert_lsn() AS lsn");
  await markState(client, { session, mark: 1 });
  const { rows } = await client.query("SELECT pg_current_wal_flush_lsn() > $1 AS flushed", [before.rows[0]?.lsn]);
  await client.query("RESET synchronous_commit");
  expect(rows).toEqual([{ flushed: true }]);
  expect((await client.query("SELECT waybill.compact_cursors(0) AS done")).rows).toEqual([{ done: true }]);
  expect(await hasMark(client, 5, { session, mark: 1 })).toBe(true);
  expect(await hasMark(client, 0, { session, mark: 1 })).toBe(true);
});
