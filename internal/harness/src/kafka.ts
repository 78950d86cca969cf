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
import type { TestCertificates } from "./test-certificates.ts";

export interface KafkaOptions {
  /** Adds listeners with TLS, and an authorizer that allows anonymous clients of the plain listeners everything. */
  readonly security?: KafkaSecurityOptions;
  /** The port of 127.0.0.1 that clients of the first listener are told: a proxy's before the broker. Default: its own. */
  readonly advertisedPort?: number;
  /**
   * Ports of more proxies on 127.0.0.1. The broker opens a listener for each, at {@link KafkaServer.proxied}, that
   * advertises the proxy's port: a client that comes through a proxy stays behind it.
   */
  readonly proxies?: readonly number[];
  /** Lets the JVM optimise what runs often, for measurements. Default: false, as tests end before that pays. */
  readonly optimised?: boolean;
  /** Folder of its data, made when it is not there. Default: a temporary one. Deleted by {@link KafkaServer.stop}. */
  readonly folder?: string;
}

export interface KafkaSecurityOptions {
  readonly certificates: TestCertificates;
  /** Known to PLAIN and to SCRAM-SHA-256 and -512. OAUTHBEARER takes any unsecured JWT. */
  readonly user: { readonly name: string; readonly password: string };
}

export interface RunningKafka {
  /** host:port of the one broker, past all proxies of its own. */
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
  /** SIGKILL; its data stays. */
  kill(): Promise<void>;
  /** Resolves when the process has ended, by itself or not; at once when it does not run. */
  ended(): Promise<void>;
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
  const java = javaArguments(kafkaJars(), options.optimised ?? false);
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), "waybill-kafka-")));
  await mkdir(folder, { recursive: true });
  const node = await planNode(options, join(folder, "logs"));
  const config = join(folder, "server.properties");
  const { security } = options;
  await writeFile(config, propertiesFile({ ...serverProperties(node), ...(security && securedProperties(security)) }));
  await format(java, config, security === undefined ? [] : scramArguments(security.user));
  const portOf = (wanted: string) => node.listeners.find(({ name }) => name === wanted)?.port ?? 0;
  let broker: ServiceProcess | null = null;
  return {
    brokers: [`127.0.0.1:${portOf("PLAINTEXT")}`],
    get pid() {
      return broker?.pid ?? -1;
    },
    secured: security ? { sasl: `localhost:${portOf("SASL_SSL")}`, mutualTls: `localhost:${portOf("SSL")}` } : null,
    proxied: node.listeners.filter(({ name }) => name.startsWith("PROXY")).map(({ port }) => port),
    async start() {
      broker = await startServiceProcess({
        name: "Apache Kafka",
        command: "java",
        args: [...java, "kafka.Kafka", config],
        cwd: folder,
        // The listener opens only when the controller has unfenced the broker: a port that answers is a ready broker.
        ready: { probe: () => accepts(portOf("PLAINTEXT")) },
        readyTimeoutMs: 60_000,
      });
    },
    kill: async () => broker?.kill(),
    ended: async () => broker?.ended,
    async stop() {
      await broker?.kill(); // its data is thrown away: nothing to shut down for
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function javaArguments(jars: string, optimised: boolean): string[] {
  const logging = `-Dlog4j2.configurationFile=${join(kafkaFolder, "log4j2.xml")}`;
  // The optimising compiler pays after minutes only: a broker of a test's own is started to be killed.
  const compiler = optimised ? [] : ["-XX:TieredStopAtLevel=1"];
  return ["-Xms128m", "-Xmx512m", "-XX:+UseG1GC", ...compiler, logging, "-cp", join(jars, "*")];
}

interface Listener {
  readonly name: string;
  readonly protocol: "PLAINTEXT" | "SSL" | "SASL_SSL";
  /** The address that it listens on, and the one that its clients are told. */
  readonly port: number;
  readonly advertised: string;
}

interface KafkaNode {
  readonly listeners: readonly Listener[];
  readonly controllerPort: number;
  readonly logDir: string;
}

/** The certificates are for localhost: the name that clients of secured listeners are told, and check. */
async function planNode(options: KafkaOptions, logDir: string): Promise<KafkaNode> {
  const { advertisedPort, proxies = [], security } = options;
  const plain = async (name: string, advertised?: number): Promise<Listener> => {
    const port = await freePort();
    return { name, protocol: "PLAINTEXT", port, advertised: `127.0.0.1:${advertised ?? port}` };
  };
  const secured = async (protocol: "SSL" | "SASL_SSL"): Promise<Listener> => {
    const port = await freePort();
    return { name: protocol, protocol, port, advertised: `localhost:${port}` };
  };
  const listeners = [await plain("PLAINTEXT", advertisedPort)];
  for (const [index, proxy] of proxies.entries()) listeners.push(await plain(`PROXY${index}`, proxy));
  if (security !== undefined) listeners.push(await secured("SASL_SSL"), await secured("SSL"));
  return { listeners, controllerPort: await freePort(), logDir };
}

type Properties = Readonly<Record<string, string | number | boolean>>;

function serverProperties({ listeners, controllerPort, logDir }: KafkaNode): Properties {
  return {
    "process.roles": "broker,controller",
    "node.id": 1,
    "controller.quorum.voters": `1@127.0.0.1:${controllerPort}`,
    listeners: [...listeners, { name: "CONTROLLER", port: controllerPort }]
      .map(({ name, port }) => `${name}://127.0.0.1:${port}`)
      .join(),
    "advertised.listeners": listeners.map(({ name, advertised }) => `${name}://${advertised}`).join(),
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "listener.security.protocol.map": [
      "CONTROLLER:PLAINTEXT",
      ...listeners.map(({ name, protocol }) => `${name}:${protocol}`),
    ].join(),
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
    "controller.quorum.election.timeout.ms": 500,
    // Tests start and stop single members: do not wait 3 s for others to join.
    "group.initial.rebalance.delay.ms": 0,
    "log.cleaner.dedupe.buffer.size": 8_000_000,
  };
}

function securedProperties({ certificates, user }: KafkaSecurityOptions): Properties {
  const login = "org.apache.kafka.common.security";
  return {
    "ssl.keystore.type": "PEM",
    "ssl.keystore.location": certificates.serverFile,
    "ssl.truststore.type": "PEM",
    "ssl.truststore.location": certificates.caFile,
    "listener.name.ssl.ssl.client.auth": "required",
    "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER",
    "listener.name.sasl_ssl.plain.sasl.jaas.config": `${login}.plain.PlainLoginModule required user_${user.name}="${user.password}";`,
    "listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config": `${login}.scram.ScramLoginModule required;`,
    "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config": `${login}.scram.ScramLoginModule required;`,
    "listener.name.sasl_ssl.oauthbearer.sasl.jaas.config": `${login}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";`,
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "super.users": "User:ANONYMOUS",
  };
}

function scramArguments({ name, password }: KafkaSecurityOptions["user"]): string[] {
  return ["SCRAM-SHA-256", "SCRAM-SHA-512"].flatMap((mechanism) => [
    "--add-scram",
    `${mechanism}=[name=${name},password=${password}]`,
  ]);
}

function propertiesFile(properties: Properties): string {
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}

/** Writes the cluster's id into the new log folder, as KRaft demands before the first start. */
async function format(java: readonly string[], config: string, more: readonly string[]): Promise<void> {
  const clusterId = randomBytes(16).toString("base64url").replace(/^-/, "A"); // a leading dash reads as an option
  const args = [...java, "kafka.tools.StorageTool", "format", "-t", clusterId, "-c", config, ...more];
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
