import { randomUUID } from "node:crypto";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { eventually } from "@waybill/harness";
import { migrate } from "@waybill/outbox";
import { type RunningPostgres, startPostgres } from "@waybill/sandbox/postgres";
import { openDatabaseSession } from "../src/database/database-session.ts";
import { ReaderSession } from "./reader-session.ts";
import { connect, withClient } from "./outbox-database.ts";

let folder: string;
let postgres: RunningPostgres;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "relay-failover-"));
  await chmod(folder, 0o755); // PostgreSQL may run as another user
});
afterAll(async () => {
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
});

it("refuses a standby, and goes on when it is promoted", async () => {
  const cluster = { dataDir: join(folder, "data"), settings: { fsync: "off" } };
  postgres = await startPostgres(cluster);
  const { port, url } = postgres;
  await withClient(url, (client) => migrate(client));
  const first = await open(url, []);
  await withClient(url, (client) =>
    client.query(
      `INSERT INTO waybill.outbox (event_id, topic, key, schema_id, payload, headers)
       VALUES (gen_random_uuid(), 't', 'k', 1, '', '\\x00')`,
    ),
  );
  await first.leases.start(); // which stamps the cursors with this database's identity
  await first.close();
  await postgres.stop();

  await writeFile(join(cluster.dataDir, "standby.signal"), "");
  const promoted = startPostgres({ ...cluster, port }); // resolves when it takes writes
  const standby = await eventually(() => connect(url).catch(() => null));
  await expect(open(url, [])).rejects.toMatchObject({
    code: "DATABASE_IS_STANDBY",
    message: expect.stringContaining("Point --database-url (DATABASE_URL) at the primary."),
  });
  await standby.query("SELECT pg_promote()");
  await standby.end();
  postgres = await promoted;

  const warnings: string[] = [];
  const second = await open(url, warnings);
  expect(warnings).toEqual([expect.stringContaining("from timeline 1 to 2: a failover or a recovery")]);
  const keys: (string | null)[] = [];
  const deliver = (key: string | null) => void keys.push(key);
  const reading = new ReaderSession({ client: second.reader, instanceId: "one", batchSize: 10, deliver });
  await reading.claim();
  await reading.readOnce();
  expect(keys).toEqual(["k"]);
  await second.close();
});

function open(databaseUrl: string, warnings: string[]) {
  return openDatabaseSession({
    databaseUrl,
    connectTimeoutMs: 5_000,
    warn: (message) => warnings.push(message),
    instance: { id: randomUUID(), name: "test", host: "test", pid: 1, version: "0" },
    leaseMs: 10_000,
    onLeaseChange: () => {},
    now: () => performance.now(),
  });
}
