/** What breaks other readers of a growing table, each made in a real PostgreSQL. The table of src/ARCHITECTURE.md lists all. */
import { afterAll, afterEach, beforeAll, expect, it } from "@jest/globals";
import { eventually, startPostgresServer } from "@waybill/harness";
import { migrate } from "@waybill/outbox";
import pg from "pg";
import { parseSnapshot } from "../src/cursors/snapshot.ts";
import type { RowView } from "../src/publishers/lane-publisher.ts";
import { createOutboxReads } from "../src/reader/outbox-reads.ts";
import { currentSnapshot } from "../src/sql/current-snapshot.ts";
import { sessionSettings } from "../src/sql/session-settings.ts";
import { connect } from "./outbox-database.ts";
import { startPooler } from "./pooler.ts";
import { ReaderSession } from "./reader-session.ts";
import { type RelayServices, startRelayServices } from "./relay-services.ts";
import { countedData, createCountedEvent, insertEvents, upTo, versionsOf } from "./test-event.ts";

const SHARDS = Array.from({ length: 64 }, (_, shard) => shard);

let services: RelayServices;
let reader: pg.Client;
let writer: pg.Client;

beforeAll(async () => {
  services = await startRelayServices();
});
afterEach(async () => {
  await reader?.end();
  await writer?.end();
  await services.client.query("UPDATE waybill.relay_cursor SET holder = NULL, lease_until = NULL");
  await services.cleanUp();
});
afterAll(() => services.stop());

/** A reader that has seen everything so far, and the keys that it reads from then on. */
async function openReader(
  url = services.database.url,
  batchSize = 1_000,
): Promise<{ keys: string[]; read: () => Promise<void> }> {
  reader = await connect(url);
  await reader.query(sessionSettings);
  writer = await connect(url);
  const keys: string[] = [];
  const session = new ReaderSession({
    client: reader,
    instanceId: "one",
    batchSize,
    deliver: (key) => keys.push(String(key)),
  });
  await session.claim();
  const read = async () => {
    do await session.readOnce();
    while (session.isInWindow);
  };
  await read();
  keys.length = 0;
  return { keys, read };
}

async function insert(on: pg.Client, ...keys: string[]): Promise<void> {
  for (const key of keys) {
    await on.query(
      `INSERT INTO waybill.outbox (event_id, topic, key, schema_id, payload, headers)
       VALUES (gen_random_uuid(), 't', $1, 1, '', '\\x00')`,
      [key],
    );
  }
}

it("a lower id that commits later is neither lost nor waited for", async () => {
  const { keys, read } = await openReader();
  const slow = await connect(services.database.url);
  await slow.query("BEGIN");
  await insert(slow, "lower id");
  await insert(writer, "higher id");
  await read();
  expect(keys).toEqual(["higher id"]);
  await slow.query("COMMIT");
  await slow.end();
  await read();
  expect(keys).toEqual(["higher id", "lower id"]);
});

it("ids that never come, of rollbacks and of a sequence with a cache, are not waited for", async () => {
  const { keys, read } = await openReader();
  await services.client.query("ALTER TABLE waybill.outbox ALTER COLUMN id SET CACHE 20");
  try {
    const other = await connect(services.database.url);
    await insert(other, "first of block 1");
    await insert(writer, "first of block 2");
    await read();
    await writer.query("BEGIN");
    await insert(writer, "rolled back");
    await writer.query("ROLLBACK");
    await insert(other, "second of block 1"); // a lower id than what is published
    await other.end();
    await insert(writer, "third of block 2");
    await read();
  } finally {
    await services.client.query("ALTER TABLE waybill.outbox ALTER COLUMN id SET CACHE 1");
  }
  expect(keys).toEqual(["first of block 1", "first of block 2", "second of block 1", "third of block 2"]);
});

it("a transaction of more savepoints than a backend lists is seen as a whole, without what was rolled back", async () => {
  const { keys, read } = await openReader();
  await writer.query("BEGIN");
  const kept: string[] = [];
  for (let n = 0; n < 100; n++) {
    await writer.query("SAVEPOINT s");
    await insert(writer, `savepoint ${n}`);
    if (n % 3 === 0) await writer.query("ROLLBACK TO s");
    else kept.push(`savepoint ${n}`);
    if (n % 20 === 0) await read();
  }
  await read();
  expect(keys).toEqual([]);
  await writer.query("COMMIT");
  await read();
  expect(keys).toEqual(kept);
});

it("a prepared transaction outlives its client and the server, and is read when it commits", async () => {
  const server = await startPostgresServer({ max_prepared_transactions: "10" });
  try {
    const setUp = await connect(server.url);
    await migrate(setUp);
    await setUp.end();
    const before = await openReader(server.url);
    await writer.query("BEGIN");
    await insert(writer, "prepared");
    await writer.query("PREPARE TRANSACTION 'order-7'");
    await insert(writer, "later");
    await before.read();
    expect(before.keys).toEqual(["later"]);
    await Promise.all([reader.end(), writer.end()]);
    await server.stop();
    await server.start();
    const after = await openReader(server.url);
    await insert(writer, "after the restart");
    await after.read();
    await writer.query("COMMIT PREPARED 'order-7'");
    await after.read();
    expect(after.keys).toEqual(["after the restart", "prepared"]);
  } finally {
    await Promise.all([reader.end(), writer.end()]);
    await server.remove();
  }
});

it("rows that VACUUM FREEZE went over are read by their own transaction ids, by either path", async () => {
  for (const batchSize of [1_000, 2]) {
    const { keys, read } = await openReader(services.database.url, batchSize);
    await insert(writer, "a", "b", "c", "d", "e");
    await writer.query("VACUUM (FREEZE, ANALYZE) waybill.outbox");
    await read();
    expect(keys).toEqual(["a", "b", "c", "d", "e"]);
    await Promise.all([reader.end(), writer.end()]);
  }
});

it.each([
  { name: "where 32 bits end", around: 2n ** 32n },
  { name: "past what a number holds", around: 2n ** 53n },
])("transaction ids $name are compared whole, by either path", async ({ around }) => {
  await openReader();
  const ids: number[] = [];
  for (const xid of [around - 2n, around - 1n, around + 3n, around + 4n, around + 5n, around + 6n]) {
    const { rows } = await writer.query<{ id: string }>(
      `INSERT INTO waybill.outbox (xid, event_id, topic, key, schema_id, payload, headers)
       VALUES ($1, gen_random_uuid(), 't', 'k', 1, '', '\\x00') RETURNING id`,
      [String(xid)],
    );
    ids.push(Number(rows[0]?.id));
  }
  // 0 to 2 are never given out. S1 does not see -1 (running) nor what is from 3 on; S2 not 4 (running) nor 6.
  const s1 = parseSnapshot(`${around - 1n}:${around + 3n}:${around - 1n}`);
  const s2 = parseSnapshot(`${around + 4n}:${around + 6n}:${around + 4n}`);
  const expected = [ids[1], ids[2], ids[4]];
  const reads = createOutboxReads(reader);
  const window = await reads.window({ s1, s2, shards: SHARDS, maxEvents: 100, maxBytes: 1_000_000 });
  expect(window?.map(({ id }) => Number(id))).toEqual(expected);
  const taken: number[] = [];
  const take = (row: RowView) => taken.push(row.id) > 0;
  await reads.backlog({ s1, s2, shards: SHARDS, afterId: 0, toId: Number(ids.at(-1)), maxEvents: 100 }, { take });
  expect(taken).toEqual(expected);
});

it("rows that were copied here with transaction ids yet to be given out are never read", async () => {
  await openReader();
  const s1 = await currentSnapshot(reader);
  await writer.query(
    `INSERT INTO waybill.outbox (xid, event_id, topic, key, schema_id, payload, headers)
     VALUES ($1, gen_random_uuid(), 't', 'foreign', 1, '', '\\x00')`,
    [String(2n ** 40n)],
  );
  await insert(writer, "own");
  const reads = createOutboxReads(reader);
  const { s2, rows } = await reads.newestWindow({ s1, shards: SHARDS, maxEvents: 100, maxBytes: 1_000_000 });
  expect(rows?.map(({ key }) => key)).toEqual(["own"]);
  const next = await reads.newestWindow({ s1: s2, shards: SHARDS, maxEvents: 100, maxBytes: 1_000_000 });
  expect(next.rows).toEqual([]);
});

it("the end of a window that is read now is the snapshot that its rows were read with", async () => {
  await openReader();
  const [early, late] = await Promise.all([connect(services.database.url), connect(services.database.url)]);
  const s1 = await currentSnapshot(reader);
  try {
    await early.query("BEGIN");
    await insert(early, "early");
    await insert(late, "late");
    const { rows: running } = await early.query<{ xid: string }>("SELECT pg_current_xact_id() AS xid");
    const xid = BigInt(running[0]?.xid ?? 0);
    const reads = createOutboxReads(reader);
    const read = { shards: SHARDS, maxEvents: 100, maxBytes: 1_000_000 };
    const first = await reads.newestWindow({ s1, ...read });
    expect(first.rows?.map(({ key }) => key)).toEqual(["late"]);
    expect(first.s2.xip).toContain(xid); // what is open is the next window's
    await early.query("COMMIT");
    const second = await reads.newestWindow({ s1: first.s2, ...read });
    expect(second.rows?.map(({ key }) => key)).toEqual(["early"]);
    expect(second.s2.xip).not.toContain(xid);
  } finally {
    await Promise.all([early.end(), late.end()]);
  }
});

it("limits that a database sets for its applications do not end the relay's sessions", async () => {
  const limits = {
    idle_session_timeout: "200ms",
    idle_in_transaction_session_timeout: "200ms",
    transaction_timeout: "200ms",
    statement_timeout: "200ms",
    lock_timeout: "1ms",
    default_transaction_isolation: "serializable",
    default_transaction_read_only: "on",
    search_path: "nowhere",
    synchronous_commit: "on",
  };
  const set = (sql: (name: string, value: string) => string) =>
    services.client.query(
      Object.entries(limits)
        .map(([name, value]) => sql(name, value))
        .join(";"),
    );
  const event = createCountedEvent();
  await services.register(event);
  const topic = await services.topicOf(event);
  await set((name, value) => `ALTER DATABASE ${services.database.name} SET ${name} = '${value}'`);
  try {
    // Both connections are idle for longer than the limits.
    const relay = await services.start({ pollIdleMs: 1_000, leaseMs: 600_000 });
    const metric = async (name: string) =>
      Number(new RegExp(`^${name} (\\d+)$`, "m").exec(await (await fetch(`${relay.httpUrl}/metrics`)).text())?.[1]);
    for (const version of upTo(2)) {
      await eventually(async () => {
        const { rows } = await services.client.query<{ idle: boolean | null }>(
          `SELECT min(clock_timestamp() - state_change) > interval '300 ms' AS idle FROM pg_stat_activity
           WHERE datname = current_database() AND application_name LIKE 'outbox-relay reader%'`,
        );
        return rows[0]?.idle;
      });
      await insertEvents(services.client, event, [{ key: "a", version }]);
      await eventually(() => topic.records.length === version);
    }
    expect(await metric("waybill_relay_database_sessions_total")).toBe(1);
  } finally {
    await set((name) => `ALTER DATABASE ${services.database.name} RESET ${name}`);
  }
});

it("a writer that idles in its transaction for too long is no event, and holds nothing up", async () => {
  const { keys, read } = await openReader();
  const idle = await connect(services.database.url);
  const lost = new Promise((resolve) => idle.once("error", resolve));
  await idle.query("SET idle_in_transaction_session_timeout = '50ms'");
  await idle.query("BEGIN");
  await insert(idle, "never committed");
  await lost;
  await insert(writer, "after");
  await read();
  expect(keys).toEqual(["after"]);
});

it("an idle relay takes no transaction ids: polls and looks at leases are reads", async () => {
  const event = createCountedEvent();
  await services.register(event);
  const topic = await services.topicOf(event);
  const relay = await services.start({ leaseMs: 600_000, idleCheckpointMs: 600_000 });
  await insertEvents(services.client, event, countedData(["a"], 1));
  await eventually(() => topic.records.length === 1);
  const polls = async () => {
    const text = await (await fetch(`${relay.httpUrl}/metrics`)).text();
    return Number(/^waybill_relay_polls_total\{after="time"\} (\d+)$/m.exec(text)?.[1]);
  };
  await eventually(async () => {
    const { rowCount } = await services.client.query("SELECT FROM waybill.relay_cursor WHERE last_id > 0");
    return rowCount === 8;
  });
  // Others may use the server: of what it gives out, look at what is written here.
  const written = async () => {
    const { rows } = await services.client.query<{ xids: string }>(
      `SELECT string_agg(xmin::text, ' ' ORDER BY shard_group) ||
         (SELECT string_agg(xmin::text, ' ') FROM waybill.relay_instance) AS xids FROM waybill.relay_cursor`,
    );
    return rows[0]?.xids;
  };
  const before = { written: await written(), polls: await polls() };
  await eventually(async () => (await polls()) > before.polls + 30);
  expect(await written()).toBe(before.written);
  expect(versionsOf(event, topic.records, "a")).toEqual([1]);
});

it("a pooler is noticed: the relay warns, works, and does not take its connection for a sign of life", async () => {
  const pooler = await startPooler(services.database.url);
  const event = createCountedEvent();
  await services.register(event);
  const topic = await services.topicOf(event);
  const relay = await services.start({ databaseUrl: pooler.url });
  expect(
    services.log.filter(({ level, msg }) => level === "warn" && msg.startsWith("a pooler stands between")),
  ).toHaveLength(1);
  await insertEvents(services.client, event, countedData(["a"], 3));
  await eventually(() => topic.records.length === 3);
  const { rows } = await services.client.query("SELECT lock_key FROM waybill.relay_instance");
  expect(rows).toEqual([{ lock_key: null }]);
  await relay.stop();
  await pooler.stop();
});

it("a sequence that was set back is told: new events may overtake older ones of their key", async () => {
  const event = createCountedEvent();
  await services.register(event);
  const topic = await services.topicOf(event);
  await insertEvents(services.client, event, countedData(["a"], 5));
  const first = await services.start();
  await eventually(() => topic.records.length === 5);
  await first.stop();
  const sequence = "pg_get_serial_sequence('waybill.outbox', 'id')";
  const { rows } = await services.client.query<{ at: string }>(`SELECT nextval(${sequence}) AS at`);
  await services.client.query(`SELECT setval(${sequence}, 1)`);
  try {
    await services.start();
    expect(services.log.find(({ msg }) => msg.includes("set back"))).toMatchObject({ level: "warn" });
  } finally {
    await services.client.query(`SELECT setval(${sequence}, $1)`, [rows[0]?.at]);
  }
});
