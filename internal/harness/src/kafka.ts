import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { freePort, startServiceProcess } from "@waybill/sandbox/service-process";
import { kafkaFolder, kafkaJars } from "./kafka-install.ts";
import type { TestCertificates } from "./test-certificates.ts";

export interface KafkaOptions {
  /** The port of 127.0.0.1 that clients are told: a proxy's in front of the broker. Default: the broker's own. */
  readonly advertisedPort?: number;
  /** Adds listeners with TLS, and an authorizer that allows anonymous clients of the plain listener everything. */
  readonly security?: KafkaSecurityOptions;
}

export interface KafkaSecurityOptions {
  readonly certificates: TestCertificates;
  /** Known to PLAIN and to SCRAM-SHA-256 and -512. OAUTHBEARER takes any unsecured JWT. */
  readonly user: { readonly name: string; readonly password: string };
}

export interface RunningKafka {
  /** host:port of the one broker. */
  readonly brokers: readonly string[];
  /** The same with TLS and SASL, and with TLS and client certificates; null without `security`. */
  readonly secured: { readonly sasl: string; readonly mutualTls: string } | null;
  /** Ends it and deletes its data. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Starts a real Apache Kafka 4.3.1: one node, broker and KRaft controller in one JVM, on free ports of 127.0.0.1, its
 * data in a temporary folder. Topics are created on first use, with 6 partitions.
 *
 * @throws Error when Java or Maven is missing, or with the broker's last lines when it does not start
 */
export async function startKafka({ advertisedPort, security }: KafkaOptions = {}): Promise<RunningKafka> {
  const java = javaArguments(kafkaJars());
  const folder = await mkdtemp(join(tmpdir(), "waybill-kafka-"));
  const [port, controllerPort, saslPort, tlsPort] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  const config = join(folder, "server.properties");
  const node = { port, advertisedPort: advertisedPort ?? port, controllerPort, logDir: join(folder, "logs") };
  const secured = security === undefined ? null : { ...security, saslPort, tlsPort };
  await writeFile(
    config,
    propertiesFile({ ...serverProperties(node), ...(secured && securedProperties(node, secured)) }),
  );
  await format(java, config, security === undefined ? [] : scramArguments(security.user));
  const broker = await startServiceProcess({
    name: "Apache Kafka",
    command: "java",
    args: [...java, "kafka.Kafka", config],
    cwd: folder,
    // The listener opens only when the controller has unfenced the broker: a port that answers is a ready broker.
    ready: { probe: () => accepts(port) },
    readyTimeoutMs: 60_000,
    stopSignal: "SIGKILL", // its data is thrown away: nothing to shut down for
    temporaryFolder: folder,
  });
  return {
    brokers: [`127.0.0.1:${port}`],
    secured: secured && { sasl: `localhost:${saslPort}`, mutualTls: `localhost:${tlsPort}` },
    stop: () => broker.stop(),
  };
}

function javaArguments(jars: string): string[] {
  const logging = `-Dlog4j2.configurationFile=${join(kafkaFolder, "log4j2.xml")}`;
  return ["-Xms128m", "-Xmx512m", "-XX:+UseG1GC", logging, "-cp", join(jars, "*")];
}

interface NodePorts {
  readonly port: number;
  readonly advertisedPort: number;
  readonly controllerPort: number;
  readonly logDir: string;
}

type Properties = Readonly<Record<string, string | number | boolean>>;

function serverProperties(node: NodePorts): Properties {
  return {
    "process.roles": "broker,controller",
    "node.id": 1,
    "controller.quorum.voters": `1@127.0.0.1:${node.controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${node.port},CONTROLLER://127.0.0.1:${node.controllerPort}`,
    "advertised.listeners": `PLAINTEXT://127.0.0.1:${node.advertisedPort}`,
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
    "log.dirs": node.logDir,
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
    // Tests start and stop single members: do not wait 3 s for others to join.
    "group.initial.rebalance.delay.ms": 0,
    "log.cleaner.dedupe.buffer.size": 8_000_000,
  };
}

/** Certificates are for localhost: the name that clients are told, and check. */
function securedProperties(
  { port, advertisedPort, controllerPort }: NodePorts,
  { certificates, user, saslPort, tlsPort }: KafkaSecurityOptions & { saslPort: number; tlsPort: number },
): Properties {
  const login = "org.apache.kafka.common.security";
  return {
    listeners:
      `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort},` +
      `SASL_SSL://127.0.0.1:${saslPort},SSL://127.0.0.1:${tlsPort}`,
    "advertised.listeners": `PLAINTEXT://127.0.0.1:${advertisedPort},SASL_SSL://localhost:${saslPort},SSL://localhost:${tlsPort}`,
    "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL,SSL:SSL",
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
