import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createTestDatabase, startTestBroker, type TestBroker, type TestDatabase } from "@waybill/harness";
import { type RunningRegistry, startRegistry } from "@waybill/registry";
import { runCli } from "../src/cli.ts";
import { createOutboxDatabase, withClient } from "./outbox-database.ts";

let database: TestDatabase;
let broker: TestBroker;
let registry: RunningRegistry;
let folder: string;

beforeAll(async () => {
  [database, broker, registry, folder] = await Promise.all([
    createOutboxDatabase(),
    startTestBroker(),
    startRegistry(),
    mkdtemp(join(tmpdir(), "relay-cli-")),
  ]);
});
afterAll(async () => {
  await Promise.all([database.drop(), broker.stop(), registry.stop(), rm(folder, { recursive: true })]);
});

interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function cli(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CliResult> {
  const result = { stdout: "", stderr: "" };
  const code = await runCli(args, {
    env,
    shutdown: AbortSignal.abort(), // a relay that starts by mistake stops at once, with 0
    stdout: (text) => void (result.stdout += text),
    stderr: (text) => void (result.stderr += text),
  });
  return { code, ...result };
}

function runWith(changes: Readonly<Record<string, string>>): Promise<CliResult> {
  return cli(["run"], {
    DATABASE_URL: database.url,
    KAFKA_BROKERS: broker.brokers.join(","),
    SCHEMA_REGISTRY_URL: registry.url,
    RELAY_HTTP_PORT: "0",
    RELAY_LOG_LEVEL: "silent",
    RELAY_CONNECT_TIMEOUT_MS: "1000",
    ...changes,
  });
}

describe("outbox-relay run", () => {
  it("starts, and ends with 0 when it shall", async () => {
    expect(await runWith({})).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it.each([
    {
      what: "an unreachable database",
      changes: { DATABASE_URL: "postgresql://me:s3cret@127.0.0.1:1/shop" },
      message:
        /^outbox-relay: cannot connect to PostgreSQL at 127\.0\.0\.1:1\/shop: .*ECONNREFUSED.*Check that it runs and that --database-url \(DATABASE_URL\) names/,
    },
    {
      what: "an unreachable broker",
      changes: { KAFKA_BROKERS: "127.0.0.1:1" },
      message:
        /^outbox-relay: cannot connect to Kafka at 127\.0\.0\.1:1: .*Check that it runs, that --brokers \(KAFKA_BROKERS\) lists/,
    },
    {
      what: "an unreachable registry",
      changes: { SCHEMA_REGISTRY_URL: "http://me:s3cret@127.0.0.1:59999" },
      message:
        /^outbox-relay: cannot use the schema registry: http:\/\/127\.0\.0\.1:59999 does not answer: .*ECONNREFUSED.*--registry-url \(SCHEMA_REGISTRY_URL\)/,
    },
  ])("tells of $what in one message, and ends with 1", async ({ changes, message }) => {
    const { code, stderr } = await runWith(changes);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain("s3cret");
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(code).toBe(1);
  });

  it("tells of a database that does not exist", async () => {
    const url = new URL(database.url);
    url.pathname = "/no_such_database";
    const { code, stderr } = await runWith({ DATABASE_URL: url.href });
    expect(stderr).toMatch(
      /cannot connect to PostgreSQL at .*\/no_such_database: database "no_such_database" does not exist/,
    );
    expect(code).toBe(1);
  });

  it("tells of a web server that is no registry", async () => {
    const server = createServer((_, response) => response.end("<h1>It works!</h1>")).listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { code, stderr } = await runWith({ SCHEMA_REGISTRY_URL: url });
    expect(stderr).toContain(`${url} does not answer as a schema registry does (GET /config: HTTP 200)`);
    expect(code).toBe(1);
    server.close();
  });

  it("tells of a missing migration, and what to run", async () => {
    const empty = await createTestDatabase();
    const { code, stderr } = await runWith({ DATABASE_URL: empty.url });
    expect(stderr).toContain(
      "has no waybill.schema, waybill.outbox, waybill.relay_cursor, waybill.relay_instance, waybill.dead_letter, " +
        "waybill.discarded_event: run `outbox-relay migrate`",
    );
    expect(code).toBe(1);
    await empty.drop();
  });

  it("tells of a port that is taken", async () => {
    const server = createServer().listen(0, "0.0.0.0");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const { code, stderr } = await runWith({ RELAY_HTTP_PORT: String(port) });
    expect(stderr).toMatch(new RegExp(`cannot serve HTTP on 0\\.0\\.0\\.0:${port}: .*EADDRINUSE.*--http-port`));
    expect(code).toBe(1);
    server.close();
  });

  it("names every wrong setting at once with its source, and ends with 2", async () => {
    const file = join(folder, "relay.json");
    await writeFile(file, JSON.stringify({ batchSize: 0, pollIdelMs: 5 }));
    const { code, stderr } = await cli(["run", "--config", file, "--log-level", "loud"], {
      DATABASE_URL: "mysql://me:s3cret@db/shop",
      KAFKA_BROKERS: "one:9092,two",
    });
    expect(stderr.trim().split("\n")).toEqual([
      "outbox-relay: wrong settings:",
      `  - ${file}: there is no setting "pollIdelMs"`,
      "  - variable DATABASE_URL: expects a URL that begins with postgres:// or postgresql://, not with mysql://",
      '  - variable KAFKA_BROKERS: expects host:port, not "two"',
      "  - --registry-url (SCHEMA_REGISTRY_URL) is missing: The schema registry (Confluent's API). Credentials in it " +
        "become basic authentication.",
      `  - ${file}, batchSize: expects a whole number from 1 to 100000, not "0"`,
      '  - --log-level: expects one of silent, error, warn, info, debug, not "loud"',
    ]);
    expect(code).toBe(2);
  });

  it("tells of a config file that cannot be read", async () => {
    const { code, stderr } = await cli(["run", "--config", join(folder, "none.json")]);
    expect(stderr).toMatch(/cannot read the config file .*none\.json: ENOENT/);
    expect(code).toBe(2);
  });

  it("ends with 2 on a flag that does not exist", async () => {
    const { code, stderr } = await cli(["run", "--databse-url", "x"]);
    expect(stderr).toContain("unknown option '--databse-url'");
    expect(code).toBe(2);
  });
});

describe("outbox-relay run, in the wrong database", () => {
  it.each([
    {
      what: "another cluster",
      change: "system_identifier = 4711",
      message: /made in another database.*system identifier/,
    },
    { what: "another database", change: "database_oid = 4711", message: /made in another database.*database oid/ },
    { what: "an earlier timeline", change: "timeline = 4711", message: /made in another database.*before 4711/ },
    {
      what: "younger transaction ids",
      change: "s1 = '1:9999999999:'",
      message: /has seen transaction ids up to 9999999999/,
    },
  ])("refuses $what, and says how to go on", async ({ change, message }) => {
    const copy = await createOutboxDatabase();
    expect((await runWith({ DATABASE_URL: copy.url })).code).toBe(0);
    await withClient(copy.url, (client) => client.query(`UPDATE waybill.relay_cursor SET ${change}`));
    const { code, stderr } = await runWith({ DATABASE_URL: copy.url });
    expect(stderr).toMatch(message);
    expect(stderr).toContain("`outbox-relay adopt --help`");
    expect(code).toBe(1);
    expect((await cli(["adopt", "--republish-all", "--database-url", copy.url])).code).toBe(0);
    expect(await runWith({ DATABASE_URL: copy.url })).toMatchObject({ code: 0, stderr: "" });
    await copy.drop();
  });

  it("goes on after a failover to a later timeline", async () => {
    const copy = await createOutboxDatabase();
    expect((await runWith({ DATABASE_URL: copy.url })).code).toBe(0);
    await withClient(copy.url, (client) => client.query("UPDATE waybill.relay_cursor SET timeline = 0"));
    expect(await runWith({ DATABASE_URL: copy.url })).toMatchObject({ code: 0, stderr: "" });
    await copy.drop();
  });

  it("refuses rows with transaction ids that are yet to come, until all are published again", async () => {
    const copy = await createOutboxDatabase();
    await withClient(copy.url, (client) =>
      client.query(
        `INSERT INTO waybill.outbox (xid, event_id, topic, key, schema_id, payload, headers)
         VALUES ('9999999999', gen_random_uuid(), 't', 'k', 1, '', '\\x00')`,
      ),
    );
    const { code, stderr } = await runWith({ DATABASE_URL: copy.url });
    expect(stderr).toMatch(/holds rows with transaction ids from \d+ on, which this database has not given out yet/);
    expect(code).toBe(1);
    const kept = await cli(["adopt", "--keep-position", "--database-url", copy.url]);
    expect(kept).toMatchObject({ code: 1, stderr: expect.stringContaining("has not given out yet") });
    const all = await cli(["adopt", "--republish-all", "--database-url", copy.url]);
    expect(all).toMatchObject({ code: 0, stdout: expect.stringContaining("all 1 rows of the outbox again") });
    await copy.drop();
  });
});

describe("outbox-relay migrate", () => {
  it("applies the migrations, and says so again when there is nothing to do", async () => {
    const empty = await createTestDatabase();
    const first = await cli(["migrate", "--database-url", empty.url]);
    expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining("applied 0002_relay") });
    const second = await cli(["migrate"], { DATABASE_URL: empty.url });
    expect(second.stdout).toMatch(/^the schema waybill at .* is up to date\n$/);
    expect((await runWith({ DATABASE_URL: empty.url })).code).toBe(0);
    await empty.drop();
  });

  it("writes Prisma migrations", async () => {
    const dir = join(folder, "migrations");
    const { code, stdout } = await cli(["migrate", "--prisma", dir]);
    expect(code).toBe(0);
    expect(stdout).toContain("migrations written, 0 there already");
    expect((await readdir(dir)).filter((name) => name.endsWith("relay"))).toHaveLength(1);
  });

  it("tells of a missing URL", async () => {
    const { code, stderr } = await cli(["migrate"]);
    expect(stderr).toContain("--database-url (DATABASE_URL) is missing");
    expect(code).toBe(2);
  });
});

it("shows every setting in the help", async () => {
  const { code, stdout } = await cli(["run", "--help"]);
  expect(code).toBe(0);
  expect(stdout).toContain("--poll-idle-ms <ms>");
  expect(stdout).toContain("RELAY_POLL_IDLE_MS; default 50");
});
