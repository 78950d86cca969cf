import { migrate } from "@waybill/outbox";
import pg from "pg";
import { SandboxError } from "./errors.ts";
import { checkBrokers, checkDatabase, checkRegistry, type ExternalServices } from "./external-services.ts";
import { nodeProgram, type ProgramPackage } from "./node-program.ts";
import { startPostgres } from "./postgres.ts";
import { type SandboxRelay, startSandboxRelay } from "./sandbox-relay.ts";
import { type ServiceProcess, startServiceProcess } from "./service-process.ts";

export type SandboxService = "postgres" | "broker" | "registry" | "relay";

/** A service became usable. */
export interface ServiceReady {
  readonly service: SandboxService;
  /** Started by the sandbox, or found running already. */
  readonly how: "started" | "found";
  /** Where it is, without credentials. */
  readonly address: string;
  readonly durationMs: number;
}

export interface SandboxOptions extends ExternalServices {
  /** Partitions of topics that come into being on first use, on a dev broker that the sandbox starts. Default 4. */
  readonly topicPartitions?: number;
  /** Makes the application's own tables, after the database is there and before the relay starts. */
  readonly prepareDatabase?: (client: pg.Client) => Promise<void>;
  readonly onReady?: (ready: ServiceReady) => void;
  /** Every line that a service prints. Default: nobody; a failure's message shows the last ones either way. */
  readonly onLine?: (service: SandboxService, line: string) => void;
  /** A service ended without having been asked to; the error holds its last lines. */
  readonly onDeath?: (error: SandboxError) => void;
}

/** A running sandbox. */
export interface Sandbox {
  readonly databaseUrl: string;
  readonly brokers: readonly string[];
  readonly registryUrl: string;
  readonly relay: SandboxRelay;
  /** Stops what was started, the last first. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL, a dev broker, a schema registry and a relay, each as a process of its own, applies Waybill's
 * migrations, and returns when all are ready. What the options name already is used instead of started; the relay
 * always is the sandbox's own. Nothing that it started outlives this process.
 *
 * @throws SandboxError with what failed and the service's last lines; what was started has been stopped then
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const running = new RunningServices(options);
  try {
    const [databaseUrl, brokers, registryUrl] = await allSettledOrFirstError([
      startDatabase(running, options),
      startBroker(running, options),
      startRegistry(running, options),
    ]);
    await prepare(databaseUrl, options);
    const relay = await running.add("relay", "started", async () => {
      const onDeath = (process: ServiceProcess) => running.died("relay", process);
      const started = await startSandboxRelay({
        databaseUrl,
        brokers,
        registryUrl,
        onLine: running.listener("relay"),
        onDeath,
      });
      return { value: started, address: started.url, stop: () => started.stop() };
    });
    return { databaseUrl, brokers, registryUrl, relay, stop: () => running.stop() };
  } catch (error) {
    await running.stop();
    throw error;
  }
}

function startDatabase(running: RunningServices, { databaseUrl }: SandboxOptions): Promise<string> {
  if (databaseUrl !== undefined) {
    return running.find("postgres", databaseUrl, () => checkDatabase(databaseUrl));
  }
  return running.add("postgres", "started", async () => {
    const postgres = await startPostgres();
    running.watch("postgres", postgres);
    return { value: postgres.url, address: `127.0.0.1:${postgres.port}`, stop: () => postgres.stop() };
  });
}

function startBroker(running: RunningServices, options: SandboxOptions): Promise<readonly string[]> {
  const { brokers, topicPartitions = 4 } = options;
  if (brokers !== undefined) return running.find("broker", brokers, () => checkBrokers(brokers));
  return running.add("broker", "started", async () => {
    const args = ["--port", "0", "--partitions", String(topicPartitions)];
    const { process, address } = await startNodeService(running, "broker", "@waybill/dev-broker", args);
    return { value: [address], address, stop: () => process.stop() };
  });
}

function startRegistry(running: RunningServices, { registryUrl }: SandboxOptions): Promise<string> {
  if (registryUrl !== undefined) {
    return running.find("registry", registryUrl, () => checkRegistry(registryUrl));
  }
  return running.add("registry", "started", async () => {
    const { process, address } = await startNodeService(running, "registry", "@waybill/registry", ["--port", "0"]);
    return { value: `http://${address}`, address, stop: () => process.stop() };
  });
}

/** Starts a service on a free port of its own choice, and reads the port from the line that says it is ready. */
async function startNodeService(
  running: RunningServices,
  service: SandboxService,
  name: ProgramPackage,
  flags: readonly string[],
): Promise<{ readonly process: ServiceProcess; readonly address: string }> {
  const { command, args } = nodeProgram(name);
  let address: string | undefined;
  const hear = running.listener(service);
  const process = await startServiceProcess({
    name: `the ${service}`,
    command,
    args: [...args, ...flags],
    ready: { line: " on " },
    onLine: (line) => {
      address ??= / on (?:http:\/\/)?(127\.0\.0\.1:\d+)/.exec(line)?.[1];
      hear(line);
    },
  });
  running.watch(service, process);
  if (address === undefined) {
    await process.stop();
    throw new SandboxError("service-not-ready", `the ${service} did not say where it listens`);
  }
  return { process, address };
}

async function prepare(databaseUrl: string, { prepareDatabase }: SandboxOptions): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await migrate(client);
    await prepareDatabase?.(client);
  } finally {
    await client.end();
  }
}

/** As Promise.all, but when one fails it waits for the others too: what they start must be known to be stopped. */
async function allSettledOrFirstError<const Work extends readonly Promise<unknown>[]>(
  work: Work,
): Promise<{ -readonly [Index in keyof Work]: Awaited<Work[Index]> }> {
  await Promise.allSettled(work);
  return Promise.all(work);
}

interface Started<Value> {
  readonly value: Value;
  readonly address: string;
  readonly stop: () => Promise<void>;
}

type Mortal = Pick<ServiceProcess, "ended" | "lastLines">;

/** What has been started, in order, and who is told. */
class RunningServices {
  readonly #options: SandboxOptions;
  readonly #stops: (() => Promise<void>)[] = [];
  #stopping = false;

  constructor(options: SandboxOptions) {
    this.#options = options;
  }

  async add<Value>(
    service: SandboxService,
    how: ServiceReady["how"],
    start: () => Promise<Started<Value>>,
  ): Promise<Value> {
    const startedAt = performance.now();
    const { value, address, stop } = await start();
    this.#stops.push(stop);
    this.#options.onReady?.({ service, how, address, durationMs: performance.now() - startedAt });
    return value;
  }

  /** @param check gives the address, or throws */
  find<Value>(service: SandboxService, value: Value, check: () => Promise<string>): Promise<Value> {
    return this.add(service, "found", async () => ({ value, address: await check(), stop: async () => {} }));
  }

  listener(service: SandboxService): (line: string) => void {
    return (line) => this.#options.onLine?.(service, line);
  }

  watch(service: SandboxService, process: Mortal): void {
    void process.ended.then(() => this.died(service, process));
  }

  died(service: SandboxService, process: Mortal): void {
    if (this.#stopping) return;
    const lines = process.lastLines().map((line) => `\n  ${line}`);
    this.#options.onDeath?.(
      new SandboxError("service-died", `the ${service} ended by itself. Its last lines:${lines.join("")}`),
    );
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    for (const stop of this.#stops.splice(0).reverse()) await stop();
  }
}
