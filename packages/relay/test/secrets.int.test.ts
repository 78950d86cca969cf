import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { encodeRecordHeaders } from "@waybill/events";
import { eventually } from "@waybill/harness";
import { runCli } from "../src/cli.ts";
import { type RelayProcess, spawnRelay } from "./relay-process.ts";
import { type RelayServices, startRelayServices } from "./relay-services.ts";
import { createCountedEvent, insertEvents, insertSchema, type CountedEvent } from "./test-event.ts";

/** Apache Kafka is shared by the files of tests: none may stop it. */
const isShared = process.env["WAYBILL_TEST_BROKER"] === "kafka";
if (isShared) process.stderr.write("skipped: secrets while the broker is stopped, as other tests share this one\n");
const onOwnBroker = isShared ? it.skip : it;

/** In every password, key, payload and header here, and to be in nothing that the relay says. */
const CANARY = "cAnAry";

/**
 * A registry that answers as it is told to. Its errors quote what it was sent, credentials and all, as some proxies do:
 * in a page, which is not repeated; the API's own message is.
 */
async function startRegistry() {
  const well = { status: 200, body: '{"id":7,"compatibilityLevel":"NONE"}' };
  let answer = well;
  const server = createServer((request, response) => {
    const quoted = `<html>${request.headers.authorization} ${CANARY}</html>`;
    response.writeHead(answer.status).end(answer.body === "" ? quoted : answer.body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://me:${CANARY}@127.0.0.1:${port}`,
    answer: (status: number, body: string) => void (answer = { status, body }),
    recover: () => void (answer = well),
    stop: () => void server.close(),
  };
}

let services: RelayServices;
let registry: Awaited<ReturnType<typeof startRegistry>>;
let folder: string;

beforeAll(async () => {
  services = await startRelayServices();
  registry = await startRegistry();
  folder = await mkdtemp(join(tmpdir(), "relay-secrets-"));
});
afterEach(() => services.cleanUp());
afterAll(async () => {
  registry.stop();
  await Promise.all([services.stop(), rm(folder, { recursive: true })]);
});

/** The database's URL with a password: the test's server asks for none, and takes any. */
function databaseUrl(): string {
  const url = new URL(services.database.url);
  url.password = CANARY;
  return url.href;
}

async function insert(event: CountedEvent, headers?: Buffer): Promise<void> {
  await insertEvents(services.client, event, [{ key: `${CANARY}-key`, version: 1 }]);
  if (headers !== undefined)
    await services.client.query("UPDATE waybill.outbox SET headers = $1, xid = pg_current_xact_id()", [headers]);
}

async function cutConnection(): Promise<void> {
  await services.client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE application_name LIKE 'outbox-relay%' AND datname = current_database()`,
  );
}

/** What a relay shows to those who look, while it fails. */
async function shown(relay: RelayProcess): Promise<string> {
  const paths = ["readyz", "livez", "metrics", CANARY.toLowerCase()];
  return (await Promise.all(paths.map(async (path) => (await fetch(`${relay.httpUrl}/${path}`)).text()))).join("\n");
}

describe("a relay that runs", () => {
  let relay: RelayProcess;
  const seen: string[] = [];
  let told = 0;

  beforeEach(() => {
    told = relay.output().length;
  });
  beforeAll(async () => {
    const settings = { databaseUrl: databaseUrl(), registryUrl: registry.url, maxRequestBytes: 100_000_000 };
    relay = await spawnRelay(services.options({ ...settings, logLevel: "debug" }));
  });

  afterAll(async () => {
    relay.kill("SIGTERM");
    expect(await relay.exited).toBe(0);
    const everything = [...seen, relay.output()].join("\n");
    expect(everything).toContain("relay stopped");
    expect(everything).not.toMatch(/canary/i);
    expect(everything).not.toContain(Buffer.from(`me:${CANARY}`).toString("base64"));
  });

  /** Waits until the relay tells of its trouble, and keeps what it shows then. */
  async function troubled(reason: RegExp): Promise<void> {
    const text = await eventually(async () => {
      const all = await shown(relay);
      return reason.test(all + relay.output().slice(told)) && all;
    });
    seen.push(text);
  }

  async function recovered(): Promise<void> {
    await services.client.query("TRUNCATE waybill.outbox, waybill.dead_letter");
    await eventually(async () => (await fetch(`${relay.httpUrl}/readyz`)).ok);
  }

  it("publishes", async () => {
    const event = createCountedEvent();
    const topic = await services.topicOf(event);
    await insert(event);
    await eventually(() => topic.records.length === 1);
    seen.push(await shown(relay));
  });

  it.each([
    [401, '{"error_code":401,"message":"Unauthorized"}', /HTTP 401, Unauthorized/],
    [404, '{"error_code":40403,"message":"Schema not found"}', /does not know this schema/],
    [409, "", /looking up .*: HTTP 409/],
    [500, "", /looking up .*: HTTP 500/],
    [200, "", /holds no id/],
  ])("the registry answers %i %s", async (status, body, reason) => {
    registry.answer(status, body);
    const event = createCountedEvent();
    const topic = await services.topicOf(event);
    await insert(event);
    await troubled(reason);
    registry.recover();
    await eventually(() => topic.records.length === 1);
    await recovered();
  });

  it("the topic is missing", async () => {
    const event = createCountedEvent();
    await insert(event);
    await troubled(/cannot be published \(topic-missing\)/);
    const topic = await services.topicOf(event);
    await eventually(() => topic.records.length === 1);
    await recovered();
  });

  it("an event is larger than its topic takes", async () => {
    const event = createCountedEvent();
    await services.topicOf(event);
    await insertEvents(services.client, event, [{ key: CANARY.repeat(200_000), version: 1 }]);
    await troubled(/cannot be published \(record-too-large\)/);
    await recovered();
    await cutConnection(); // so that the relay knows of no key that is held
  });

  it.each([
    ["cut short", Buffer.from(encodeRecordHeaders([["h", CANARY.repeat(9)]])).subarray(0, 40)],
    ["followed by what is none", Buffer.concat([encodeRecordHeaders([["h", "v"]]), Buffer.from(CANARY)])],
  ])("an event's headers are %s", async (_what, headers) => {
    const event = createCountedEvent();
    await services.topicOf(event);
    await services.client.query("BEGIN");
    await insert(event, headers);
    await services.client.query("COMMIT");
    await troubled(/cannot be published \(headers-invalid\)/);
    await recovered();
    await cutConnection(); // so that the relay knows of no key that is held
  });

  it("the database cuts the connection", async () => {
    const sessions = async () => Number(/waybill_relay_database_sessions_total (\d+)/.exec(await shown(relay))?.[1]);
    const before = await sessions();
    await cutConnection();
    await eventually(async () => (await sessions()) > before);
    await recovered();
  });

  onOwnBroker("the broker is away", async () => {
    const event = createCountedEvent();
    await services.topicOf(event);
    await insertSchema(services.client, event);
    await services.cleanUp();
    await services.broker.stop();
    await insert(event);
    await troubled(/"broker":/);
  });
});

describe("a relay that does not start", () => {
  async function refused(env: Readonly<Record<string, string>>, args: readonly string[] = ["run"]): Promise<string> {
    let output = "";
    const code = await runCli(args, {
      env: {
        DATABASE_URL: databaseUrl(),
        KAFKA_BROKERS: "127.0.0.1:1",
        SCHEMA_REGISTRY_URL: registry.url,
        RELAY_HTTP_PORT: "0",
        RELAY_CONNECT_TIMEOUT_MS: "1000",
        RELAY_LOG_LEVEL: "silent",
        ...env,
      },
      shutdown: AbortSignal.abort(),
      stdout: (text) => void (output += text),
      stderr: (text) => void (output += text),
    });
    expect(code).toBeGreaterThan(0);
    return output;
  }

  it.each([
    [
      { DATABASE_URL: `postgresql://me:${CANARY}@127.0.0.1:1/shop` },
      "cannot connect to PostgreSQL at 127.0.0.1:1/shop",
    ],
    [{ DATABASE_URL: `postgresql://127.0.0.1:1/shop?user=me&password=${CANARY}` }, "cannot connect to PostgreSQL"],
    [{ DATABASE_URL: `mysql://me:${CANARY}@db/shop?password=${CANARY}` }, "expects a URL that begins with postgres"],
    [{ DATABASE_URL: `me:${CANARY}@db/shop` }, "expects a URL that begins with postgres"],
    [{ KAFKA_BROKERS: `me:${CANARY}@one:9092, kafka://me:${CANARY}@two:9092` }, "expects host:port"],
    [{ SCHEMA_REGISTRY_URL: `ftp://me:${CANARY}@registry` }, "expects a URL that begins with http"],
    [{ SCHEMA_REGISTRY_URL: `http://me:${CANARY}@127.0.0.1:1` }, "cannot use the schema registry"],
    [{}, "cannot connect to Kafka"],
  ])("%j", async (env, message) => {
    const output = await refused(env);
    expect(output).toContain(message);
    expect(output).not.toMatch(/canary/i);
  });

  it.each([
    `{"databaseUrl": ${CANARY}}`,
    `${CANARY}`,
    `{"databaseUrl": "postgresql://me:${CANARY}@db/shop"`,
    `["${CANARY}"]`,
  ])("the config file %s", async (content) => {
    const config = join(folder, "relay.json");
    await writeFile(config, content);
    const output = await refused({}, ["run", "--config", config]);
    expect(output).toMatch(/relay\.json.*(it is not JSON|expects an object)/);
    expect(output).not.toMatch(/canary/i);
  });
});
