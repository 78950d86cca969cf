import { freePort } from "@waybill/sandbox/service-process";
import type { KafkaOptions, KafkaSecurityOptions } from "./kafka-options.ts";

/** One of a node's listeners. */
export interface Listener {
  readonly name: string;
  readonly protocol: "PLAINTEXT" | "SSL" | "SASL_SSL";
  /** The address that it listens on, and the one that its clients are told. */
  readonly port: number;
  readonly advertised: string;
}

/** Where a node listens, and where its data is. */
export interface KafkaNode {
  readonly id: number;
  readonly listeners: readonly Listener[];
  readonly controllerPort: number;
  readonly logDir: string;
}

/** The certificates are for localhost: the name that clients of secured listeners are told, and check. */
export async function planNode(id: number, options: KafkaOptions, logDir: string): Promise<KafkaNode> {
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
  return { id, listeners, controllerPort: await freePort(), logDir };
}

export type Properties = Readonly<Record<string, string | number | boolean>>;

/** Of one node among those of its cluster. */
export function serverProperties(node: KafkaNode, cluster: readonly KafkaNode[], options: KafkaOptions): Properties {
  const { id, listeners, controllerPort, logDir } = node;
  const replicas = Math.min(cluster.length, 3);
  const inSync = Math.min(cluster.length, 2);
  return {
    "process.roles": "broker,controller",
    "node.id": id,
    "controller.quorum.voters": cluster.map((voter) => `${voter.id}@127.0.0.1:${voter.controllerPort}`).join(),
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
    "default.replication.factor": replicas,
    "min.insync.replicas": inSync,
    // Few partitions in the internal topics: quicker to make and to load.
    "offsets.topic.replication.factor": replicas,
    "offsets.topic.num.partitions": 4,
    "transaction.state.log.replication.factor": replicas,
    "transaction.state.log.min.isr": inSync,
    "transaction.state.log.num.partitions": 4,
    "share.coordinator.state.topic.replication.factor": replicas,
    "share.coordinator.state.topic.min.isr": inSync,
    // A broker that was killed and comes back is the old one for this long, and is refused until then.
    "broker.heartbeat.interval.ms": 250,
    "broker.session.timeout.ms": options.sessionTimeoutMs ?? 3_000,
    "controller.quorum.election.timeout.ms": 500,
    // A node that is back is elected again soon for the partitions that prefer it.
    "leader.imbalance.check.interval.seconds": 1,
    // Tests start and stop single members: do not wait 3 s for others to join.
    "group.initial.rebalance.delay.ms": 0,
    "log.cleaner.dedupe.buffer.size": 8_000_000,
    // Kafka's default is a minute: in the middle of what is measured next.
    ...(options.optimised === true && { "log.segment.delete.delay.ms": 1_000 }),
    ...(options.security && securedProperties(options.security)),
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

/** As a `server.properties`. */
export function propertiesFile(properties: Properties): string {
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}
