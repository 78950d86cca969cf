import { join } from "node:path";
import {
  createKafkaCluster,
  type KafkaCluster,
  type PostgresServer,
  type PostgresSettings,
  startPostgresServer,
  startTcpProxy,
  type TcpProxy,
} from "@waybill/harness";
import { type RunningRegistry, startRegistry } from "@waybill/registry";
import { mountSmallDisk, type SmallDisk } from "./small-disk.ts";

/** What all faults of a suite share: services of their own, and for each relay a proxy before each of them. */
export interface FaultRig {
  readonly kafka: KafkaCluster;
  readonly postgres: PostgresServer;
  readonly registry: RunningRegistry;
  /** The file system of the first broker's data; null where none is wanted, or this process may not mount one. */
  readonly disk: SmallDisk | null;
  readonly routes: readonly Route[];
  stop(): Promise<void>;
}

/** How one relay reaches the others. */
export interface Route {
  readonly toDatabase: TcpProxy;
  /** One for each broker. */
  readonly toBrokers: readonly TcpProxy[];
}

export interface FaultRigOptions {
  readonly brokers: number;
  /** Routes: as many relays can be cut off apart from each other. */
  readonly relays: number;
  /** Whether the first broker's data goes to a disk that can be filled. Default false. */
  readonly hasSmallDisk?: boolean;
}

/** For 100 writers, and deadlocks that are noticed while someone waits for the test. */
export const postgresSettings: PostgresSettings = {
  max_connections: "150",
  max_prepared_transactions: "150",
  deadlock_timeout: "50ms",
};

/** Of a broker: short, as each that is killed is waited for by it. */
const SESSION_TIMEOUT_MS = 1_500;

export async function startFaultRig({ brokers, relays, hasSmallDisk }: FaultRigOptions): Promise<FaultRig> {
  const disk = hasSmallDisk === true ? await mountSmallDisk() : null;
  const routes = await Promise.all(Array.from({ length: relays }, () => startRoute(brokers)));
  const kafka = await createKafkaCluster(
    Array.from({ length: brokers }, (_, n) => ({
      proxies: routes.map(({ toBrokers }) => (toBrokers[n] as TcpProxy).port),
      sessionTimeoutMs: SESSION_TIMEOUT_MS,
      ...(n === 0 && disk !== null && { folder: join(disk.folder, "kafka") }),
    })),
  );
  const [postgres, registry] = await Promise.all([
    startPostgresServer(postgresSettings),
    startRegistry(),
    kafka.start(),
  ]);
  for (const [r, { toBrokers, toDatabase }] of routes.entries()) {
    for (const [n, toBroker] of toBrokers.entries()) toBroker.pointAt(kafka.nodes[n]?.proxied[r] as number);
    toDatabase.pointAt(postgres.port);
  }
  return {
    kafka,
    postgres,
    registry,
    disk,
    routes,
    async stop() {
      await Promise.all(proxiesOf(routes).map((proxy) => proxy.close()));
      await Promise.all([kafka.stop(), postgres.remove(), registry.stop()]);
      await disk?.remove();
    },
  };
}

export function proxiesOf(routes: readonly Route[]): TcpProxy[] {
  return routes.flatMap(({ toDatabase, toBrokers }) => [toDatabase, ...toBrokers]);
}

async function startRoute(brokers: number): Promise<Route> {
  const toBrokers = await Promise.all(Array.from({ length: brokers }, () => startTcpProxy()));
  return { toDatabase: await startTcpProxy(), toBrokers };
}
