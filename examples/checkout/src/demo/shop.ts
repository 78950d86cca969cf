import type { Sandbox } from "@waybill/sandbox";
import type { FastifyInstance } from "fastify";
import { type Admin, Kafka, logLevel } from "kafkajs";
import pg from "pg";
import { createApi } from "../api.ts";
import { startReactions } from "../consumers/reactions.ts";
import { type Database, openDatabase } from "../database.ts";
import { DEFAULT_LATENCIES } from "../providers/latency.ts";
import { simulateProviders } from "../providers/providers.ts";
import { createShopClient, type ShopClient } from "./shop-client.ts";
import { addSynchronousCheckout } from "./synchronous-checkout.ts";
import { createTopics, PARTITIONS } from "./topics.ts";
import type { ApiRelease } from "./workload.ts";

/** The shop, open: its API in two releases and all its consumer groups, and the auditor's own connections. */
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

/** One pool for the API and every consumer group. */
const MAX_CONNECTIONS = 30;

/** Opens the shop on a sandbox's services. @throws what a part throws; what was opened has been closed then */
export async function openShop({ databaseUrl, brokers, registryUrl }: Sandbox): Promise<Shop> {
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

    const database = openDatabase(databaseUrl, MAX_CONNECTIONS);
    closers.push(() => database.$disconnect());
    const providers = simulateProviders(DEFAULT_LATENCIES);
    const concurrency = PARTITIONS;
    const reactions = await startReactions({ brokers, registryUrl, database, providers, concurrency });
    closers.push(() => reactions.stop());

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

async function listen(api: FastifyInstance): Promise<ShopClient> {
  return createShopClient(await api.listen({ host: "127.0.0.1", port: 0 }));
}
