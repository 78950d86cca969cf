import { join } from "node:path";
import {
  createKafkaServer,
  type KafkaServer,
  type PostgresServer,
  type PostgresSettings,
  startPostgresServer,
  startTcpProxy,
  type TcpProxy,
} from "@waybill/harness";
import { type RunningRegistry, startRegistry } from "@waybill/registry";
import { mountSmallDisk, type SmallDisk } from "./small-disk.ts";

/** What all faults share: services of their own, and for each relay a proxy before each of them. */
export interface FaultRig {
  readonly kafka: KafkaServer;
  readonly postgres: PostgresServer;
  readonly registry: RunningRegistry;
  /** The file system of Kafka's data; null where this process may not mount one. */
  readonly disk: SmallDisk | null;
  readonly routes: readonly Route[];
  stop(): Promise<void>;
}

/** How one relay reaches the others. */
export interface Route {
  readonly toDatabase: TcpProxy;
  readonly toBroker: TcpProxy;
}

/** For 100 writers, and deadlocks that are noticed while someone waits for the test. */
export const postgresSettings: PostgresSettings = {
  max_connections: "150",
  max_prepared_transactions: "150",
  deadlock_timeout: "50ms",
};

export async function startFaultRig(relays: number): Promise<FaultRig> {
  const disk = await mountSmallDisk();
  const routes = await Promise.all(
    Array.from({ length: relays }, async () => ({
      toDatabase: await startTcpProxy(),
      toBroker: await startTcpProxy(),
    })),
  );
  const proxies = routes.map(({ toBroker }) => toBroker.port);
  const kafka = await createKafkaServer({ proxies, ...(disk === null ? {} : { folder: join(disk.folder, "kafka") }) });
  const [postgres, registry] = await Promise.all([
    startPostgresServer(postgresSettings),
    startRegistry(),
    kafka.start(),
  ]);
  for (const [n, { toDatabase, toBroker }] of routes.entries()) {
    toBroker.pointAt(kafka.proxied[n] as number);
    toDatabase.pointAt(postgres.port);
  }
  return {
    kafka,
    postgres,
    registry,
    disk,
    routes,
    async stop() {
      await Promise.all(routes.flatMap(({ toDatabase, toBroker }) => [toDatabase.close(), toBroker.close()]));
      await Promise.all([kafka.stop(), postgres.remove(), registry.stop()]);
      await disk?.remove();
    },
  };
}
