import { startTestBroker, type TestBroker, type TestDatabase } from "@waybill/harness";
import { type RunningRegistry, startRegistry } from "@waybill/registry";
import pg from "pg";
import { createLogger } from "../src/observability/logger.ts";
import { type RunningRelay, startRelay } from "../src/relay.ts";
import type { RelayOptions } from "../src/settings/settings.ts";
import { launchRelay, type RelayProcess } from "./relay-process.ts";
import { connect, createOutboxDatabase } from "./outbox-database.ts";
import type { CountedEvent } from "./test-event.ts";
import { createTopic, readTopic, type TopicReader } from "./topic-reader.ts";

/** What a relay needs, and what it does, for one test file. */
export interface RelayServices {
  readonly database: TestDatabase;
  readonly broker: TestBroker;
  readonly registry: RunningRegistry;
  readonly client: pg.Client;
  /** Log lines of the relays that were started here. */
  readonly log: LogLine[];
  options(changes?: Partial<RelayOptions>): RelayOptions;
  start(changes?: Partial<RelayOptions>): Promise<RunningRelay>;
  /** Relays in processes of their own, of `spawn` and `launch`. */
  readonly processes: readonly RelayProcess[];
  /** Resolves when it has started. */
  spawn(changes?: Partial<RelayOptions>, nodeOptions?: readonly string[]): Promise<RelayProcess>;
  /** It need not get as far as to say that it has started. */
  launch(changes?: Partial<RelayOptions>): RelayProcess;
  /** Ends all of `processes` by SIGKILL. */
  killProcesses(): Promise<void>;
  /** Registers the event's schema, as `schemas push` does. */
  register(event: CountedEvent): Promise<number>;
  /** Makes the event's topic and reads it. */
  topicOf(event: CountedEvent, partitions?: number): Promise<TopicReader>;
  /** Ends what `start`, `spawn`, `launch` and `topicOf` began, and empties the outbox: after each test. */
  cleanUp(): Promise<void>;
  /** After all tests. */
  stop(): Promise<void>;
}

export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export async function startRelayServices(): Promise<RelayServices> {
  const [database, broker, registry] = await Promise.all([createOutboxDatabase(), startTestBroker(), startRegistry()]);
  const client = await connect(database.url);
  const log: LogLine[] = [];
  const logger = createLogger("debug", { write: (line) => void log.push(JSON.parse(line)) });
  const running: { stop(): Promise<void> }[] = [];
  const processes: RelayProcess[] = [];
  const options = (changes: Partial<RelayOptions> = {}): RelayOptions => ({
    databaseUrl: database.url,
    brokers: broker.brokers,
    registryUrl: registry.url,
    httpHost: "127.0.0.1",
    httpPort: 0,
    retryMaxMs: 200,
    holdRetryMs: 100,
    ...changes,
  });
  const launch = (changes?: Partial<RelayOptions>, nodeOptions: readonly string[] = []) => {
    const launched = launchRelay(options(changes), nodeOptions);
    processes.push(launched.process);
    return launched;
  };
  const killProcesses = async () => {
    for (const relay of processes) relay.kill("SIGKILL");
    await Promise.all(processes.splice(0).map((relay) => relay.exited));
  };
  return {
    database,
    broker,
    registry,
    client,
    log,
    options,
    async start(changes) {
      const relay = await startRelay(options(changes), { logger });
      running.push(relay);
      return relay;
    },
    processes,
    async spawn(changes, nodeOptions) {
      const { process, started } = launch(changes, nodeOptions);
      await started();
      return process;
    },
    launch: (changes) => launch(changes).process,
    killProcesses,
    register: (event) => registerSchema(registry.url, event),
    async topicOf(event, partitions) {
      await createTopic(broker.brokers, event.topic, partitions);
      const reader = await readTopic(broker.brokers, event.topic);
      running.push(reader);
      return reader;
    },
    async cleanUp() {
      await killProcesses();
      await Promise.all(running.splice(0).map((service) => service.stop()));
      await client.query("TRUNCATE waybill.outbox, waybill.dead_letter, waybill.discarded_event");
      log.length = 0;
    },
    async stop() {
      await client.end();
      await Promise.all([database.drop(), broker.stop(), registry.stop()]);
    },
  };
}

export async function registerSchema(registryUrl: string, event: CountedEvent): Promise<number> {
  const response = await fetch(`${registryUrl}/subjects/${event.topic}-${event.recordName}/versions`, {
    method: "POST",
    headers: { "content-type": "application/vnd.schemaregistry.v1+json" },
    body: JSON.stringify({ schema: event.schema }),
  });
  if (!response.ok) throw new Error(`registering failed: HTTP ${response.status}`);
  return ((await response.json()) as { id: number }).id;
}

export async function readiness(relay: RunningRelay): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${relay.httpUrl}/readyz`);
  return { status: response.status, body: await response.json() };
}
