import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { freePort, type ServiceProcess, startServiceProcess } from "@waybill/sandbox/service-process";
import { kafkaFolder, kafkaJars } from "./kafka-install.ts";

export interface RunningKafka {
  /** host:port of the one broker. */
  readonly brokers: readonly string[];
  /** Ends it and deletes its data. Safe to call twice. */
  stop(): Promise<void>;
}

export interface KafkaServerOptions {
  /** Folder of its data. Default: a temporary one, deleted by {@link KafkaServer.stop}. */
  readonly folder?: string;
  /**
   * Ports of proxies on 127.0.0.1. The broker opens a listener for each, at {@link KafkaServer.proxied}, that advertises
   * the proxy's port: a client that comes through a proxy stays behind it.
   */
  readonly proxies?: readonly number[];
}

/** A Kafka of a test's own, which the test may kill and start again. */
export interface KafkaServer {
  /** host:port of the listener that no proxy is in front of. */
  readonly brokers: readonly string[];
  /** Where the proxies shall lead to, in the order of the options. */
  readonly proxied: readonly number[];
  /** Starts it, with the data of its last run. Resolves when it is ready. */
  start(): Promise<void>;
  /** SIGKILL; its data stays. */
  kill(): Promise<void>;
  /** Resolves when the process has ended, by itself or not; at once when it does not run. */
  ended(): Promise<void>;
  /** Ends it and deletes its data. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Starts a real Apache Kafka 4.3.1: one node, broker and KRaft controller in one JVM, on free ports of 127.0.0.1, its
 * data in a temporary folder. Topics are created on first use, with 6 partitions.
 *
 * @throws Error when Java or Maven is missing, or with the broker's last lines when it does not start
 */
export async function startKafka(): Promise<RunningKafka> {
  const server = await createKafkaServer();
  await server.start();
  return server;
}

/** As {@link startKafka}, for tests that break it; not started yet. */
export async function createKafkaServer({ folder, proxies = [] }: KafkaServerOptions = {}): Promise<KafkaServer> {
  const java = javaArguments(kafkaJars());
  const home = folder ?? (await mkdtemp(join(tmpdir(), "waybill-kafka-")));
  await mkdir(home, { recursive: true });
  const port = await freePort();
  const proxied: Listener[] = [];
  for (const advertised of proxies)
    proxied.push({ name: `PROXY${proxied.length}`, port: await freePort(), advertised });
  const config = join(home, "server.properties");
  const listeners = [{ name: "PLAINTEXT", port, advertised: port }, ...proxied];
  const node = { listeners, controllerPort: await freePort(), logDir: join(home, "logs") };
  await writeFile(config, serverProperties(node));
  await format(java, config);
  let broker: ServiceProcess | null = null;
  return {
    brokers: [`127.0.0.1:${port}`],
    proxied: proxied.map((listener) => listener.port),
    async start() {
      broker = await startServiceProcess({
        name: "Apache Kafka",
        command: "java",
        args: [...java, "kafka.Kafka", config],
        cwd: home,
        // The listener opens only when the controller has unfenced the broker: a port that answers is a ready broker.
        ready: { probe: () => accepts(port) },
        readyTimeoutMs: 60_000,
      });
    },
    kill: async () => broker?.kill(),
    ended: async () => broker?.ended,
    async stop() {
      await broker?.kill(); // its data is thrown away: nothing to shut down for
      await rm(home, { recursive: true, force: true });
    },
  };
}

interface Listener {
  readonly name: string;
  readonly port: number;
  readonly advertised: number;
}

interface KafkaNode {
  readonly listeners: readonly Listener[];
  readonly controllerPort: number;
  readonly logDir: string;
}

function javaArguments(jars: string): string[] {
  const logging = `-Dlog4j2.configurationFile=${join(kafkaFolder, "log4j2.xml")}`;
  return ["-Xms128m", "-Xmx512m", "-XX:+UseG1GC", logging, "-cp", join(jars, "*")];
}

function serverProperties({ listeners, controllerPort, logDir }: KafkaNode): string {
  const properties = {
    "process.roles": "broker,controller",
    "node.id": 1,
    "controller.quorum.voters": `1@127.0.0.1:${controllerPort}`,
    listeners: [...listeners, { name: "CONTROLLER", port: controllerPort }]
      .map(({ name, port }) => `${name}://127.0.0.1:${port}`)
      .join(),
    "advertised.listeners": listeners.map(({ name, advertised }) => `${name}://127.0.0.1:${advertised}`).join(),
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "listener.security.protocol.map": ["CONTROLLER", ...listeners.map(({ name }) => name)]
      .map((name) => `${name}:PLAINTEXT`)
      .join(),
    "log.dirs": logDir,
    "auto.create.topics.enable": true,
    "num.partitions": 6,
    // One node: replication factors of 1. Few partitions in the internal topics: quicker to make and to load.
    "default.replication.factor": 1,
    "offsets.topic.replication.factor": 1,
    "offsets.topic.num.partitions": 4,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
    "transaction.state.log.num.partitions": 4,
    "share.coordinator.state.topic.replication.factor": 1,
    "share.coordinator.state.topic.min.isr": 1,
    // A broker that was killed and comes back is the old one for this long, and is refused until then.
    "broker.heartbeat.interval.ms": 500,
    "broker.session.timeout.ms": 3_000,
    // Tests start and stop single members: do not wait 3 s for others to join.
    "group.initial.rebalance.delay.ms": 0,
    "log.cleaner.dedupe.buffer.size": 8_000_000,
  };
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}

/** Writes the cluster's id into the new log folder, as KRaft demands before the first start. */
async function format(java: readonly string[], config: string): Promise<void> {
  const clusterId = randomBytes(16).toString("base64url").replace(/^-/, "A"); // a leading dash reads as an option
  const args = [...java, "kafka.tools.StorageTool", "format", "-t", clusterId, "-c", config];
  const child = spawn("java", args, { stdio: ["ignore", "pipe", "pipe"] });
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  const [status] = (await once(child, "close")) as [number | null];
  if (status !== 0) throw new Error(`Apache Kafka could not format its data folder:\n${(await output).join("")}`);
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false; // refused: not listening yet
  } finally {
    socket.destroy();
  }
}
