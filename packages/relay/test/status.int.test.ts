import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { eventually, type TestDatabase } from "@waybill/harness";
import type pg from "pg";
import { sampleOutbox } from "../src/commands/status/outbox-sample.ts";
import type { StatusReport } from "../src/commands/status/status-report.ts";
import { pendingEventsQuery, pendingParameters } from "../src/sql/pending-events.ts";
import { readCursorRows } from "../src/sql/cursor-rows.ts";
import { sessionSettings } from "../src/sql/session-settings.ts";
import { json, operatorCli, publishAllByHand } from "./operator-cli.ts";
import { parkRow } from "./park-row.ts";
import { connect, createOutboxDatabase, withClient } from "./outbox-database.ts";
import { countedData, createCountedEvent, insertEvents } from "./test-event.ts";

const orders = createCountedEvent("orders");
const payments = createCountedEvent("payments");
const keys = Array.from({ length: 30 }, (_, n) => `key-${n}`);

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await createOutboxDatabase();
  client = await connect(database.url);
});
afterEach(async () => {
  await client.query("TRUNCATE waybill.outbox, waybill.relay_instance");
  await client.query(
    "UPDATE waybill.relay_cursor SET s1 = '3:3:', s2 = NULL, last_id = 0, holder = NULL, lease_until = NULL",
  );
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

async function status(): Promise<StatusReport> {
  return json(await operatorCli(["status", "--json", "--sample-ms", "0", "--database-url", database.url]));
}

describe("outbox-relay status", () => {
  it("counts what waits, by topic", async () => {
    await insertEvents(client, orders, countedData(keys, 4));
    await insertEvents(client, payments, countedData(keys.slice(0, 5), 1));
    const { backlog } = await status();
    expect(backlog).toMatchObject({ events: 125, isExact: true });
    expect(backlog.topics.map(({ topic, events }) => [topic, events])).toEqual([
      [orders.topic, 120],
      [payments.topic, 5],
    ]);
    expect(backlog.oldestAgeMs).toBe(backlog.topics[0]?.oldestAgeMs);
  });

  it("sees all cursors while they are being written anew", async () => {
    const writer = await connect(database.url);
    await writer.query("BEGIN");
    await writer.query("LOCK TABLE waybill.relay_cursor IN ACCESS EXCLUSIVE MODE"); // as waybill.compact_cursors does
    await writer.query("CREATE TEMPORARY TABLE kept ON COMMIT DROP AS TABLE waybill.relay_cursor");
    await writer.query("TRUNCATE waybill.relay_cursor");
    await writer.query("INSERT INTO waybill.relay_cursor TABLE kept");
    const waiting = "SELECT FROM pg_locks WHERE NOT granted AND relation = 'waybill.relay_cursor'::regclass";
    const sample = withClient(database.url, (reader) => sampleOutbox(reader));
    await eventually(async () => (await writer.query(waiting)).rowCount === 1);
    await writer.query("COMMIT");
    expect((await sample).cursors).toHaveLength(8);
    await writer.end();
  });

  it("counts what a cursor's snapshot did not see, though its ids are lower", async () => {
    const slow = await connect(database.url);
    await slow.query("BEGIN");
    await insertEvents(slow, orders, countedData(["slow"], 3));
    await insertEvents(client, orders, countedData(keys, 1));
    await publishAllByHand(client); // the slow transaction is still running
    expect((await status()).backlog.events).toBe(0);
    await slow.query("COMMIT");
    await slow.end();
    expect((await status()).backlog.events).toBe(3);
  });

  it("inside a window, leaves out what is published of it", async () => {
    await insertEvents(client, orders, countedData(keys, 2));
    await client.query(
      "UPDATE waybill.relay_cursor SET s2 = pg_current_snapshot(), last_id = (SELECT max(id) - 10 FROM waybill.outbox)",
    );
    await insertEvents(client, payments, countedData(["after"], 4));
    const { topics } = (await status()).backlog;
    expect(topics.map(({ topic, events }) => [topic, events])).toEqual([
      [orders.topic, 10],
      [payments.topic, 4],
    ]);
  });

  it("counts groups that stand at different places each by its own cursor", async () => {
    await insertEvents(client, orders, countedData(keys, 1));
    const { rows } = await client.query<{ pending: number }>(
      "SELECT count(*)::int AS pending FROM waybill.outbox WHERE shard >> 3 <> 2",
    );
    await client.query("UPDATE waybill.relay_cursor SET s1 = pg_current_snapshot() WHERE shard_group = 2");
    expect((await status()).backlog.events).toBe(rows[0]?.pending);
  });

  it("shows leases and instances, and which groups nobody holds", async () => {
    const id = randomUUID();
    await client.query(
      `INSERT INTO waybill.relay_instance (id, name, host, pid, version, expires_at)
       VALUES ($1, 'relay-a', 'host-a', 12, '1.2.3', clock_timestamp() + interval '8 s')`,
      [id],
    );
    await client.query(
      `UPDATE waybill.relay_cursor SET holder = $1,
         lease_until = clock_timestamp() + CASE shard_group WHEN 7 THEN interval '-5 s' ELSE interval '8 s' END`,
      [id],
    );
    const report = await status();
    expect(report.state).toBe("unattended");
    expect(report.summary).toContain("no living relay holds group 7: start `outbox-relay run`");
    expect(report.instances).toMatchObject([{ id, name: "relay-a", groups: 8, isLiving: true }]);
    expect(report.groups.map(({ leaseLeftMs }) => Math.sign(leaseLeftMs ?? 0))).toEqual([1, 1, 1, 1, 1, 1, 1, -1]);
    await client.query("UPDATE waybill.relay_cursor SET lease_until = clock_timestamp() + interval '8 s'");
    expect((await status()).state).toBe("idle");
    const { stdout } = await operatorCli(["status", "--sample-ms", "0", "--database-url", database.url]);
    expect(stdout).toMatch(/relay-a \(host-a, pid 12\)/);
  });

  it("counts parked events by topic and reason", async () => {
    await insertEvents(client, orders, countedData(keys, 1));
    const { rows } = await client.query<{ id: string }>("SELECT id FROM waybill.outbox ORDER BY id LIMIT 3");
    for (const { id } of rows) await parkRow(client, Number(id));
    expect((await status()).parked).toMatchObject([{ topic: orders.topic, reason: "record-too-large", events: 3 }]);
    await client.query("DELETE FROM waybill.dead_letter");
  });

  it("measures what is written and published meanwhile", async () => {
    await insertEvents(client, orders, countedData(keys, 1));
    let isFirst = true;
    const ending = new AbortController();
    const reports: StatusReport[] = [];
    const done = operatorCli(["status", "--json", "--watch", "0.2", "--database-url", database.url], {
      shutdown: ending.signal,
      onOutput: (line) => {
        reports.push(JSON.parse(line) as StatusReport);
        if (!isFirst) return ending.abort();
        isFirst = false;
        // Between two looks: 50 more, and all of them published.
        void insertEvents(client, orders, countedData(keys.slice(0, 25), 2)).then(() => publishAllByHand(client));
      },
    });
    expect((await done).code).toBe(0);
    const [before, after] = reports;
    expect(before).toMatchObject({ backlog: { events: 30 }, rates: { writtenPerSecond: 0, publishedPerSecond: 0 } });
    const events = (perSecond = 0): number => Math.round((perSecond * (after?.rates?.overMs ?? 0)) / 1_000);
    expect(after?.backlog.events).toBe(0);
    expect(events(after?.rates?.writtenPerSecond)).toBe(50);
    expect(events(after?.rates?.publishedPerSecond)).toBe(80);
  });

  it("works on a database from before there were leases, and says what it cannot know", async () => {
    const old = await createOutboxDatabase();
    await withClient(old.url, async (older) => {
      await older.query("DROP TABLE waybill.relay_instance; DROP TABLE waybill.dead_letter, waybill.discarded_event");
      await older.query("DELETE FROM waybill.relay_cursor WHERE shard_group > 0");
      await older.query("ALTER TABLE waybill.relay_cursor DROP COLUMN lease_until");
      await insertEvents(older, orders, countedData(keys, 1));
    });
    const { code, stdout } = await operatorCli(["status", "--database-url", old.url, "--sample-ms", "0"]);
    expect(code).toBe(0);
    expect(stdout).toContain("publishing: 30 events wait");
    expect(stdout).toContain("0  0-63");
    expect(stdout).toContain(
      "unknown: leases, instances, parked events: this database lacks the tables of a newer version",
    );
    await old.drop();
  });

  it("names every wrong flag at once, without a password", async () => {
    const url = "mysql://me:s3cret@db/shop";
    const { code, stderr } = await operatorCli(["status", "--watch", "x", "--sample-ms", "-1", "--database-url", url]);
    expect(stderr.trim().split("\n")).toEqual([
      "outbox-relay: wrong settings:",
      '  - --watch: expects a number from 0.1 to 3600, not "x"',
      '  - --sample-ms: expects a whole number from 0 to 60000, not "-1"',
      "  - --database-url: expects a URL that begins with postgres:// or postgresql://, not with mysql://",
    ]);
    expect(code).toBe(2);
  });

  it("counts by index alone", async () => {
    await insertEvents(client, orders, countedData(keys, 100));
    await client.query("ANALYZE waybill.outbox");
    await client.query("UPDATE waybill.relay_cursor SET s1 = '3:4:3', s2 = '5:9:5'"); // all branches have work
    await withClient(database.url, async (reader) => {
      await reader.query(sessionSettings);
      const { rows } = await reader.query<{ "QUERY PLAN": string }>(
        `EXPLAIN ${pendingEventsQuery}`,
        pendingParameters(await readCursorRows(reader)),
      );
      const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
      expect(plan).not.toMatch(/Seq Scan/);
      expect(plan.match(/Index Scan using outbox_\d_xid_id_idx/g)).toHaveLength(16);
      expect(plan.match(/Index Scan using outbox_\d_id_idx/g)).toHaveLength(8);
    });
  });
});
