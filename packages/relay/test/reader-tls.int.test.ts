import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import {
  createTestCertificates,
  type PostgresServer,
  startPostgresServer,
  type TestCertificates,
} from "@waybill/harness";
import pg from "pg";
import { openConnection } from "../src/database/connection.ts";
import { copyOut } from "../src/rows/copy-out.ts";

const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;
if (!hasOpenssl) console.warn("skipped: test certificates need openssl, which does not run here");
const itWithOpenssl = hasOpenssl ? it : it.skip;

let postgres: PostgresServer;
let certificates: TestCertificates;

beforeAll(async () => {
  if (!hasOpenssl) return;
  [postgres, certificates] = await Promise.all([startPostgresServer(), createTestCertificates()]);
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  const pem = readFileSync(certificates.serverFile, "utf8");
  // Written by the server, as the key must belong to whoever it runs as.
  for (const file of ["server.key", "server.crt"]) {
    const lines = pg.escapeLiteral(pem);
    await client.query(`COPY (SELECT string_to_table(${lines}, E'\\n')) TO PROGRAM 'umask 077; cat > ${file}'`);
  }
  await client.query("ALTER SYSTEM SET ssl = on");
  await client.end();
  await postgres.stop();
  await postgres.start();
});
afterAll(async () => {
  await postgres?.remove();
  await certificates?.remove();
});

function connectTo(caFile: string) {
  const databaseUrl = `${postgres.url}?sslmode=verify-full&sslrootcert=${caFile}`;
  return openConnection({ databaseUrl, connectTimeoutMs: 10_000, role: "reader", onLost: () => {} });
}

itWithOpenssl("the reader's connection copies and queries over TLS", async () => {
  const connection = await connectTo(certificates.caFile);
  const { rows } = await connection.client.query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
  expect(rows).toEqual([{ ssl: true }]);
  for (let time = 0; time < 3; time++) {
    let copied = 0;
    const copy = "COPY (SELECT n, repeat('x', n % 900) FROM generate_series(1, 20000) AS n) TO STDOUT";
    await copyOut(connection.client, copy, (bytes, start, end) => {
      copied++;
      expect(Number.parseInt(bytes.toString("latin1", start, end), 10)).toBe(copied);
    });
    expect(copied).toBe(20_000);
    const answer = await connection.client.query("SELECT repeat('a', 100000) AS a");
    expect(answer.rows).toEqual([{ a: "a".repeat(100_000) }]);
  }
  await connection.close();
});

itWithOpenssl("a server whose certificate another authority signed is refused", async () => {
  await expect(connectTo(certificates.otherCaFile)).rejects.toMatchObject({ code: "DATABASE_UNREACHABLE" });
});
