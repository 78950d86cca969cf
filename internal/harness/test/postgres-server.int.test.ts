import { afterEach, expect, it } from "@jest/globals";
import { eventually, type PostgresServer, startPostgresServer } from "@waybill/harness";
import pg from "pg";

const servers: PostgresServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.remove()));
});

it("crashes: what an asynchronous commit had not on disk is lost, and transaction ids are given out again", async () => {
  const server = await start({ synchronous_commit: "off", wal_writer_delay: "10s" });
  await run(server, "CREATE TABLE t (n int)");
  await run(server, "SET synchronous_commit = on; INSERT INTO t VALUES (1)");
  await run(server, "INSERT INTO t VALUES (2)");
  const [before] = await run(server, "SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS xmax");
  await server.crash();
  await server.start();
  expect(await run(server, "SELECT n FROM t")).toEqual([{ n: 1 }]);
  const [after] = await run(server, "SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS xmax");
  expect(Number(after?.["xmax"])).toBeLessThan(Number(before?.["xmax"]));
});

it("streams to a hot standby, and stays behind when it goes on alone", async () => {
  const primary = await start();
  await run(primary, "CREATE TABLE t (n int); INSERT INTO t VALUES (1)");
  const standby = await primary.createStandby();
  servers.push(standby);
  await run(primary, "INSERT INTO t VALUES (2)");
  await eventually(async () => (await run(standby, "SELECT n FROM t")).length === 2);
  expect(await run(standby, "SELECT pg_is_in_recovery() AS standby")).toEqual([{ standby: true }]);
  await primary.crash();
  await run(standby, "SELECT pg_promote()");
  await run(standby, "INSERT INTO t VALUES (3)");
});

it("goes back to a backup", async () => {
  const server = await start();
  await run(server, "CREATE TABLE t (n int); INSERT INTO t VALUES (1)");
  await server.stop();
  const backup = await server.copyWhileStopped();
  servers.push(backup);
  await server.start();
  await run(server, "INSERT INTO t VALUES (2)");
  await server.stop();
  await server.restoreFrom(backup);
  await server.start();
  expect(await run(server, "SELECT n FROM t")).toEqual([{ n: 1 }]);
});

async function start(settings = {}): Promise<PostgresServer> {
  const server = await startPostgresServer(settings);
  servers.push(server);
  return server;
}

async function run({ url }: PostgresServer, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows ?? [];
  } finally {
    await client.end();
  }
}
