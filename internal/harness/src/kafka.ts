import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type ServiceProcess, startServiceProcess } from "@waybill/sandbox/service-process";
import { kafkaFolder, kafkaJars } from "./kafka-install.ts";
import type { KafkaOptions, KafkaSecurityOptions } from "./kafka-options.ts";
import { type KafkaNode, planNode, propertiesFile, serverProperties } from "./kafka-properties.ts";

export interface RunningKafka {
  /** host:port of this one broker, past all proxies of its own. */
  readonly brokers: readonly string[];
  /** Of its process; -1 before the first start. */
  readonly pid: number;
  /** The same with TLS and SASL, and with TLS and client certificates; null without `security`. */
  readonly secured: { readonly sasl: string; readonly mutualTls: string } | null;
  /** Ends it and deletes its data. Safe to call twice. */
  stop(): Promise<void>;
}

/** A Kafka of a test's own, which the test may kill and start again. */
export interface KafkaServer extends RunningKafka {
  /** Where the proxies shall lead to, in the order of the options. */
  readonly proxied: readonly number[];
  /** Starts it, with the data of its last run. Resolves when it is ready. */
  start(): Promise<void>;
  /** An orderly end, which hands its partitions over first; its data stays. */
  shutDown(): Promise<void>;
  /** SIGKILL; its data stays. */
  kill(): Promise<void>;
  /** Resolves when the process has ended, by itself or not; at once when it does not run. */
  ended(): Promise<void>;
}

/** Several nodes of a test's own, which the test may kill and start again one by one. */
export interface KafkaCluster {
  /** host:port of each node. */
  readonly brokers: readonly string[];
  readonly nodes: readonly KafkaServer[];
  /** Starts all nodes. */
  start(): Promise<void>;
  /** Ends all nodes and deletes their data. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Starts a real Apache Kafka 4.3.1: one node, broker and KRaft controller in one JVM, on free ports of 127.0.0.1, its
 * data in a temporary folder. Topics are created on first use, with 6 partitions.
 *
 * @throws Error when Java or Maven is missing, or with the broker's last lines when it does not start
 */
export async function startKafka(options: KafkaOptions = {}): Promise<RunningKafka> {
  const server = await createKafkaServer(options);
  await server.start();
  return server;
}

/** As {@link startKafka}, for tests that break it; not started yet. */
export async function createKafkaServer(options: KafkaOptions = {}): Promise<KafkaServer> {
  const { nodes } = await createKafkaCluster([options]);
  return nodes[0] as KafkaServer;
}

/**
 * One node for each of the options, all of them brokers and controllers; not started yet. Topics are replicated to three
 * nodes at most; from two nodes on, two replicas must be in sync for a write with acks=all.
 */
export async function createKafkaCluster(nodes: readonly KafkaOptions[]): Promise<KafkaCluster> {
  const java = javaArguments(kafkaJars(), nodes);
  const folders = await Promise.all(nodes.map(makeFolder));
  const plans: KafkaNode[] = [];
  for (const [n, options] of nodes.entries()) {
    plans.push(await planNode(n + 1, options, join(folders[n] as string, "logs")));
  }
  const clusterId = randomBytes(16).toString("base64url").replace(/^-/, "A"); // a leading dash reads as an option
  const servers = await Promise.all(
    nodes.map(async (options, n) => {
      const [folder, plan] = [folders[n] as string, plans[n] as KafkaNode];
      const config = join(folder, "server.properties");
      await writeFile(config, propertiesFile(serverProperties(plan, plans, options)));
      await format([...java, "kafka.tools.StorageTool", "format", "-t", clusterId, "-c", config], options);
      return serverOf(plan, { folder, args: [...java, "kafka.Kafka", config] });
    }),
  );
  return {
    brokers: servers.flatMap(({ brokers }) => brokers),
    nodes: servers,
    async start() {
      await Promise.all(servers.map((server) => server.start()));
    },
    async stop() {
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}

async function makeFolder({ folder }: KafkaOptions): Promise<string> {
  if (folder === undefined) return mkdtemp(join(tmpdir(), "waybill-kafka-"));
  await mkdir(folder, { recursive: true });
  return folder;
}

function serverOf(node: KafkaNode, { folder, args }: { folder: string; args: readonly string[] }): KafkaServer {
  const portOf = (wanted: string) => node.listeners.find(({ name }) => name === wanted)?.port ?? null;
  const [plain, sasl, mutualTls] = [portOf("PLAINTEXT") ?? 0, portOf("SASL_SSL"), portOf("SSL")];
  let broker: ServiceProcess | null = null;
  return {
    brokers: [`127.0.0.1:${plain}`],
    get pid() {
      return broker?.pid ?? -1;
    },
    secured: sasl === null ? null : { sasl: `localhost:${sasl}`, mutualTls: `localhost:${mutualTls}` },
    proxied: node.listeners.filter(({ name }) => name.startsWith("PROXY")).map(({ port }) => port),
    async start() {
      broker = await startServiceProcess({
        name: "Apache Kafka",
        command: "java",
        args,
        cwd: folder,
        // The listener opens only when the controller has unfenced the broker: a port that answers is a ready broker.
        ready: { probe: () => accepts(plain) },
        readyTimeoutMs: 60_000,
      });
    },
    shutDown: async () => broker?.stop(),
    kill: async () => broker?.kill(),
    ended: async () => broker?.ended,
    async stop() {
      await broker?.kill(); // its data is thrown away: nothing to shut down for
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function javaArguments(jars: string, nodes: readonly KafkaOptions[]): string[] {
  const logging = `-Dlog4j2.configurationFile=${join(kafkaFolder, "log4j2.xml")}`;
  const heap = nodes.length === 1 ? ["-Xms128m", "-Xmx512m"] : ["-Xms64m", "-Xmx256m"];
  // The optimising compiler pays after minutes only: a broker of a test's own is started to be killed.
  const compiler = nodes.some(({ optimised }) => optimised === true) ? [] : ["-XX:TieredStopAtLevel=1"];
  return [...heap, "-XX:+UseG1GC", ...compiler, logging, "-cp", join(jars, "*")];
}

function scramArguments({ name, password }: KafkaSecurityOptions["user"]): string[] {
  return ["SCRAM-SHA-256", "SCRAM-SHA-512"].flatMap((mechanism) => [
    "--add-scram",
    `${mechanism}=[name=${name},password=${password}]`,
  ]);
}

/** Writes the cluster's id into the new log folder, as KRaft demands before the first start. */
async function format(command: readonly string[], { security }: KafkaOptions): Promise<void> {
  const args = [...command, ...(security === undefined ? [] : scramArguments(security.user))];
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
