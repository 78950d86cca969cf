import { type Sandbox, SandboxError } from "@waybill/sandbox";
import { type ServiceProcess, startServiceProcess } from "@waybill/sandbox/service-process";
import type { FastifyInstance } from "fastify";
import { type Admin, Kafka, logLevel } from "kafkajs";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { createApi } from "../api.ts";
import { type Database, openDatabase } from "../database.ts";
import { DEFAULT_LATENCIES } from "../providers/latency.ts";
import { simulateProviders } from "../providers/providers.ts";
import { createShopClient, type ShopClient } from "./shop-client.ts";
import { addSynchronousCheckout } from "./synchronous-checkout.ts";
import { createTopics } from "./topics.ts";
import type { ApiRelease } from "./workload.ts";

/**
 * The shop, open: its API in two releases, its consumer groups in a process of their own, and the auditor's own
 * connections.
 */
export interface Shop {
  readonly database: Database;
  readonly apis: Readonly<Record<ApiRelease, ShopClient>>;
  readonly kafka: Kafka;
  readonly admin: Admin;
  /** For the demo's own counting. */
  readonly sql: pg.Client;
  /** Safe to call once. */
  stop(): Promise<void>;
}

/**
 * Opens the shop on a sandbox's services.
 *
 * @param onDeath hears when the consumers' process ends by itself
 * @throws what a part throws; what was opened has been closed then
 */
export async function openShop(sandbox: Sandbox, onDeath: (error: Error) => void): Promise<Shop> {
  const { databaseUrl, brokers } = sandbox;
  const closers: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    const kafka = new Kafka({ clientId: "checkout-demo", brokers: [...brokers], logLevel: logLevel.NOTHING });
    const admin = kafka.admin();
    await admin.connect();
    closers.push(() => admin.disconnect());
    await createTopics(admin);

    const sql = new pg.Client({ connectionString: databaseUrl });
    await sql.connect();
    closers.push(() => sql.end());

    const consumers = await startConsumers(sandbox);
    let closing = false;
    void consumers.ended.then(() => closing || onDeath(deathOf(consumers)));
    closers.push(() => {
      closing = true;
      return consumers.stop();
    });

    const database = openDatabase(databaseUrl);
    closers.push(() => database.$disconnect());
    const providers = simulateProviders(DEFAULT_LATENCIES);
    const current = createApi({ database, payments: providers.payments });
    const previous = createApi({ database, payments: providers.payments, placedGeneration: 1 });
    addSynchronousCheckout(current, database, providers);
    closers.push(() => Promise.all([current.close(), previous.close()]));
    const apis = { current: await listen(current), previous: await listen(previous) };
    return { database, apis, kafka, admin, sql, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const consumersMain = fileURLToPath(new URL("../consumers/main.ts", import.meta.url));

function startConsumers({ databaseUrl, brokers, registryUrl }: Sandbox): Promise<ServiceProcess> {
  return startServiceProcess({
    name: "the shop's consumers",
    command: process.execPath,
    args: ["--conditions=@waybill/source", "--disable-warning=TimeoutNegativeWarning", consumersMain],
    env: {
      ...process.env,
      DATABASE_URL: databaseUrl,
      KAFKA_BROKERS: brokers.join(","),
      SCHEMA_REGISTRY_URL: registryUrl,
    },
    ready: { line: "checkout consumers ready" },
  });
}

function deathOf(consumers: ServiceProcess): Error {
  const lines = consumers.lastLines().map((line) => `\n  ${line}`);
  return new SandboxError(
    "service-died",
    `the shop's consumers ended by themselves. Their last lines:${lines.join("")}`,
  );
}

async function listen(api: FastifyInstance): Promise<ShopClient> {
  return createShopClient(await api.listen({ host: "127.0.0.1", port: 0 }));
}
