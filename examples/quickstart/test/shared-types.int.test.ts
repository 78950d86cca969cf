import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { createConsumer } from "@waybill/consumer";
import { Decimal, type EventDescriptor } from "@waybill/events";
import { createTestDatabase, eventually, startTestBroker, type TestBroker, type TestDatabase } from "@waybill/harness";
import { migrate, publish } from "@waybill/outbox";
import { type RunningRegistry, startRegistry } from "@waybill/registry";
import { startRelay } from "@waybill/relay";
import pg from "pg";

const root = join(import.meta.dirname, "../../..");
const topic = `shared-types.${randomUUID()}`;

interface OrderPriced {
  readonly orderId: string;
  readonly total: { readonly amount: Decimal; readonly currency: string };
}

const files: Readonly<Record<string, object>> = {
  "schemas/schemas.config.json": {
    generate: { out: "../events", scope: "@shop-events" },
    events: { "orders.order.priced": { topic } },
  },
  "schemas/types/money/v1.avsc": {
    type: "record",
    name: "Money",
    namespace: "types",
    "waybill.imports": ["types/currency/v1.avsc"],
    fields: [
      { name: "amount", type: { type: "bytes", logicalType: "decimal", precision: 12, scale: 2 } },
      { name: "currency", type: "Currency" },
    ],
  },
  "schemas/types/currency/v1.avsc": { type: "enum", name: "Currency", namespace: "types", symbols: ["EUR", "USD"] },
  "schemas/orders/order.priced/v1.avsc": {
    type: "record",
    name: "OrderPriced",
    namespace: "orders.order",
    "waybill.imports": ["types/money/v1.avsc"],
    fields: [
      { name: "orderId", type: { type: "string", logicalType: "uuid" }, "waybill.key": true },
      { name: "total", type: "types.Money" },
    ],
  },
};

let database: TestDatabase;
let broker: TestBroker;
let registry: RunningRegistry;
let app: string;

beforeAll(async () => {
  [database, broker, registry] = await Promise.all([createTestDatabase(), startTestBroker(), startRegistry()]);
  process.env["DATABASE_URL"] = database.url;
  const migration = "examples/quickstart/prisma/migrations/20261121000000_init/migration.sql";
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(readFileSync(join(root, migration), "utf8"));
  await migrate(client);
  await client.end();
  app = mkdtempSync(join(tmpdir(), "waybill-shared-types-"));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(app, path)), { recursive: true });
    writeFileSync(join(app, path), JSON.stringify(content));
  }
  mkdirSync(join(app, "node_modules/@waybill"), { recursive: true });
  symlinkSync(join(root, "packages/events"), join(app, "node_modules/@waybill/events"));
});

afterAll(async () => {
  await registry.stop();
  await broker.stop();
  await database.drop();
  rmSync(app, { recursive: true });
});

const run = promisify(execFile);

/** Not in step with this process, which serves the registry. */
async function schemas(...args: readonly string[]): Promise<void> {
  const main = join(root, "packages/schemas/src/main.ts");
  const { stderr } = await run(process.execPath, ["--conditions=@waybill/source", main, ...args], { cwd: app });
  expect({ args, stderr }).toEqual({ args, stderr: "" });
}

it("carries an event with shared types from the schema tree by registry and relay to its handler", async () => {
  await schemas("release");
  await schemas("generate");
  await schemas("push", "--registry", registry.url);
  const subject = `${topic}-orders.order.OrderPriced`;
  const registered = await (await fetch(`${registry.url}/subjects/${subject}/versions/latest`)).json();
  expect(registered).not.toHaveProperty("references");

  const module: { readonly orderPriced: EventDescriptor<"orders.order.priced", 1, OrderPriced, {}> } = await import(
    join(app, "events/orders/src/order.priced.ts")
  );
  const { prisma } = await import("../src/prisma.ts");
  const services = { brokers: broker.brokers, registryUrl: registry.url };
  const relay = await startRelay({
    ...services,
    databaseUrl: database.url,
    autoCreateTopics: true,
    httpHost: "127.0.0.1",
    httpPort: 0,
    logLevel: "warn",
  });
  const consumer = createConsumer({
    ...services,
    groupId: `shared-types-${randomUUID()}`,
    prisma,
    createMissingTopics: true,
  }).on(module.orderPriced, async ({ data: { orderId, total } }, { tx }) => {
    await tx.receipt.create({ data: { orderId, text: `${total.amount.toString()} ${total.currency}` } });
  });
  await consumer.start();
  try {
    const orderId = randomUUID();
    const total = { amount: Decimal.parse("12.50", 2), currency: "EUR" };
    await prisma.$transaction((tx) => publish(tx, module.orderPriced, { orderId, total }));
    const receipt = await eventually(() => prisma.receipt.findUnique({ where: { orderId } }));
    expect(receipt).toEqual({ orderId, text: "12.50 EUR" });
  } finally {
    await consumer.stop();
    await relay.stop();
    await prisma.$disconnect();
  }
});
