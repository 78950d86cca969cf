import { externalServicesFrom } from "@waybill/sandbox";
import { openDatabase } from "../database.ts";
import { DEFAULT_LATENCIES } from "../providers/latency.ts";
import { simulateProviders } from "../providers/providers.ts";
import { startReactions } from "./reactions.ts";

/** The process of the shop's consumers. DATABASE_URL, KAFKA_BROKERS and SCHEMA_REGISTRY_URL say where they work. */
const MAX_CONNECTIONS = 20;
const CONCURRENCY = 6;

const { databaseUrl, brokers, registryUrl } = externalServicesFrom(process.env);
if (databaseUrl === undefined || brokers === undefined || registryUrl === undefined) {
  process.stderr.write("checkout consumers: set DATABASE_URL, KAFKA_BROKERS and SCHEMA_REGISTRY_URL\n");
  process.exit(2);
}
const database = openDatabase(databaseUrl, MAX_CONNECTIONS);
try {
  const providers = simulateProviders(DEFAULT_LATENCIES);
  const reactions = await startReactions({ brokers, registryUrl, database, providers, concurrency: CONCURRENCY });
  process.stdout.write("checkout consumers ready\n");
  const stop = async () => {
    await reactions.stop();
    await database.$disconnect();
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void stop());
} catch (error) {
  process.stderr.write(`checkout consumers: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1); // consumers that were still starting may hold the process
}
