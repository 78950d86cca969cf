import { afterAll, expect, it } from "@jest/globals";
import { createTestDatabase, startTestBroker } from "@waybill/harness";
import { startRegistry } from "@waybill/registry";
import pg from "pg";
import { type SandboxError, type ServiceReady, startSandbox } from "../src/index.ts";

const closers: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

it("starts every service, and a killed relay again", async () => {
  const ready: ServiceReady[] = [];
  const deaths: SandboxError[] = [];
  const sandbox = await startSandbox({
    onReady: (service) => ready.push(service),
    onDeath: (error) => deaths.push(error),
    prepareDatabase: async (client) => {
      await client.query("CREATE TABLE mine ()");
    },
  });
  try {
    expect(ready.map(({ service, how }) => `${service} ${how}`).sort()).toEqual([
      "broker started",
      "postgres started",
      "registry started",
      "relay started",
    ]);
    const first = sandbox.relay.pid;
    await sandbox.relay.kill();
    await sandbox.relay.restart();
    expect(sandbox.relay.pid).not.toBe(first);
    expect((await fetch(`${sandbox.relay.url}/readyz`)).status).toBe(200);
    expect((await fetch(`${sandbox.registryUrl}/subjects`)).status).toBe(200);
    const client = new pg.Client({ connectionString: sandbox.databaseUrl });
    await client.connect();
    const { rows } = await client.query("SELECT to_regclass('mine') AS mine, to_regclass('waybill.outbox') AS outbox");
    await client.end();
    expect(rows).toEqual([{ mine: "mine", outbox: "waybill.outbox" }]);
  } finally {
    await sandbox.stop();
    await sandbox.stop();
  }
  expect(deaths).toEqual([]);
  expect(() => process.kill(sandbox.relay.pid, 0)).toThrow("ESRCH");
});

it("uses the services that it is given, and tells when one of its own dies", async () => {
  const database = await createTestDatabase();
  closers.push(() => database.drop());
  const broker = await startTestBroker();
  closers.push(() => broker.stop());
  const registry = await startRegistry({ port: 0 });
  closers.push(() => registry.stop());
  const ready: ServiceReady[] = [];
  const died = Promise.withResolvers<SandboxError>();
  const sandbox = await startSandbox({
    databaseUrl: database.url,
    brokers: broker.brokers,
    registryUrl: registry.url,
    onReady: (service) => ready.push(service),
    onDeath: died.resolve,
  });
  try {
    expect(ready.map(({ how }) => how)).toEqual(["found", "found", "found", "started"]);
    process.kill(sandbox.relay.pid, "SIGKILL");
    expect(await died.promise).toMatchObject({ code: "service-died" });
  } finally {
    await sandbox.stop();
  }
});

it.each([
  { variable: "DATABASE_URL", external: { databaseUrl: "postgresql://me:secret@127.0.0.1:1/shop" } },
  { variable: "KAFKA_BROKERS", external: { brokers: ["127.0.0.1:1"] } },
  { variable: "SCHEMA_REGISTRY_URL", external: { registryUrl: "http://me:secret@127.0.0.1:1" } },
])("names $variable when nothing answers there, and no password", async ({ variable, external }) => {
  const error = await startSandbox(external).then(
    () => null,
    (thrown: unknown) => thrown as SandboxError,
  );
  expect(error).toMatchObject({ code: "service-unreachable" });
  expect(error?.message).toContain("127.0.0.1:1 ");
  expect(error?.message).toContain(variable);
  expect(error?.message).not.toContain("secret");
});

it.each([
  { variable: "DATABASE_URL", external: { databaseUrl: "me:secret@nowhere" } },
  { variable: "DATABASE_URL", external: { databaseUrl: "mysql://me:secret@nowhere/shop" } },
  { variable: "KAFKA_BROKERS", external: { brokers: ["secret"] } },
  { variable: "SCHEMA_REGISTRY_URL", external: { registryUrl: "secret:8081" } },
])("says how $variable is spelt, without repeating it", async ({ variable, external }) => {
  const started = startSandbox(external);
  await expect(started).rejects.toMatchObject({ code: "service-unreachable" });
  await expect(started).rejects.toThrow(`${variable} is not of the form`);
  await expect(started).rejects.not.toThrow("secret");
});
