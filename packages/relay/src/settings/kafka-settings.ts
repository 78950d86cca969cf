import {
  booleanSetting,
  choiceSetting,
  integerSetting,
  optionalTextSetting,
  optionalUrlSetting,
  textSetting,
} from "./setting-kinds.ts";
import type { RelaySettings } from "./settings.ts";

export const DRIVERS = ["wire", "kafkajs"] as const;
export const DELIVERIES = ["at-least-once", "exactly-once"] as const;
export const COMPRESSIONS = ["none", "gzip", "snappy", "lz4", "zstd"] as const;
/** How record batches are compressed. */
export type Compression = (typeof COMPRESSIONS)[number];
export const SASL_MECHANISMS = ["none", "plain", "scram-sha-256", "scram-sha-512", "oauthbearer"] as const;

/** The settings of how Kafka is spoken to: rows of the settings table. */
export const kafkaSettings = {
  driver: choiceSetting(DRIVERS, {
    flag: "--driver",
    env: "RELAY_DRIVER",
    default: "wire",
    description: "What speaks to Kafka: the relay's own idempotent producer, or kafkajs.",
  }),
  ...deliverySettings(),
  compression: choiceSetting(COMPRESSIONS, {
    flag: "--compression",
    env: "RELAY_COMPRESSION",
    default: "none",
    description: "How batches of records are compressed.",
  }),
  metadataMaxAgeMs: integerSetting(1, 60 * 60_000, {
    flag: "--metadata-max-age-ms",
    env: "RELAY_METADATA_MAX_AGE_MS",
    unit: "ms",
    default: "60000",
    description: "How long a partition that was added to a topic may go unused.",
  }),
  kafkaTls: booleanSetting({
    flag: "--kafka-tls",
    env: "KAFKA_TLS",
    default: "false",
    description: "Speak TLS to the brokers and verify their certificates.",
  }),
  kafkaTlsCaFile: optionalTextSetting({
    flag: "--kafka-tls-ca-file",
    env: "KAFKA_TLS_CA_FILE",
    description: "PEM file of the certificate authorities to trust instead of the system's.",
  }),
  kafkaTlsCertFile: optionalTextSetting({
    flag: "--kafka-tls-cert-file",
    env: "KAFKA_TLS_CERT_FILE",
    description: "PEM file of the relay's own certificate, for brokers that ask for one.",
  }),
  kafkaTlsKeyFile: optionalTextSetting({
    flag: "--kafka-tls-key-file",
    env: "KAFKA_TLS_KEY_FILE",
    description: "PEM file of that certificate's private key.",
  }),
  kafkaTlsServerName: optionalTextSetting({
    flag: "--kafka-tls-server-name",
    env: "KAFKA_TLS_SERVER_NAME",
    description: "The name that the brokers' certificates must hold, where it is not the host's.",
  }),
  kafkaSaslMechanism: choiceSetting(SASL_MECHANISMS, {
    flag: "--kafka-sasl-mechanism",
    env: "KAFKA_SASL_MECHANISM",
    default: "none",
    description: "How the relay proves who it is.",
  }),
  kafkaSaslUsername: optionalTextSetting({
    flag: "--kafka-sasl-username",
    env: "KAFKA_SASL_USERNAME",
    description: "For plain and scram.",
  }),
  kafkaSaslPassword: optionalTextSetting({
    flag: "--kafka-sasl-password",
    env: "KAFKA_SASL_PASSWORD",
    isSecret: true,
    description: "For plain and scram.",
  }),
  kafkaSaslPasswordFile: optionalTextSetting({
    flag: "--kafka-sasl-password-file",
    env: "KAFKA_SASL_PASSWORD_FILE",
    description: "A file with the password instead.",
  }),
  ...oauthSettings(),
} as const;

/** Pure: what is wrong with the settings of delivery together. */
export function deliveryProblems({ delivery, driver }: Readonly<Record<string, unknown>>): string[] {
  if (delivery !== "exactly-once" || driver !== "kafkajs") return [];
  return ["--delivery exactly-once needs --driver wire: kafkajs cannot publish so that a crash repeats nothing"];
}

function deliverySettings() {
  return {
    delivery: choiceSetting(DELIVERIES, {
      flag: "--delivery",
      env: "RELAY_DELIVERY",
      default: "at-least-once",
      description:
        "exactly-once: in Kafka transactions, for consumers that read what is committed. Needs the wire driver.",
    }),
    transactionalIdPrefix: textSetting({
      flag: "--transactional-id-prefix",
      env: "RELAY_TRANSACTIONAL_ID_PREFIX",
      default: "waybill",
      description: "For exactly-once: what transactional ids begin with. The same for all instances.",
    }),
    transactionTimeoutMs: integerSetting(1_000, 15 * 60_000, {
      flag: "--transaction-timeout-ms",
      env: "RELAY_TRANSACTION_TIMEOUT_MS",
      unit: "ms",
      default: "60000",
      description: "For exactly-once: when the broker aborts what a relay that is gone left open.",
    }),
    cursorTopic: textSetting({
      flag: "--cursor-topic",
      env: "RELAY_CURSOR_TOPIC",
      default: "waybill.relay-cursors",
      description: "For exactly-once: the compacted topic of the cursors. The same for all instances.",
    }),
  } as const;
}

function oauthSettings() {
  return {
    kafkaOauthTokenFile: optionalTextSetting({
      flag: "--kafka-oauth-token-file",
      env: "KAFKA_OAUTH_TOKEN_FILE",
      description: "For oauthbearer: a file with the token, read anew for each connection.",
    }),
    kafkaOauthTokenUrl: optionalUrlSetting(["https:", "http:"], {
      flag: "--kafka-oauth-token-url",
      env: "KAFKA_OAUTH_TOKEN_URL",
      description: "For oauthbearer: an endpoint that grants tokens for client credentials instead.",
    }),
    kafkaOauthClientId: optionalTextSetting({
      flag: "--kafka-oauth-client-id",
      env: "KAFKA_OAUTH_CLIENT_ID",
      description: "The client's id there.",
    }),
    kafkaOauthClientSecret: optionalTextSetting({
      flag: "--kafka-oauth-client-secret",
      env: "KAFKA_OAUTH_CLIENT_SECRET",
      isSecret: true,
      description: "The client's secret there.",
    }),
    kafkaOauthClientSecretFile: optionalTextSetting({
      flag: "--kafka-oauth-client-secret-file",
      env: "KAFKA_OAUTH_CLIENT_SECRET_FILE",
      description: "A file with the secret instead.",
    }),
    kafkaOauthScope: optionalTextSetting({
      flag: "--kafka-oauth-scope",
      env: "KAFKA_OAUTH_SCOPE",
      description: "The scope to ask for.",
    }),
  } as const;
}

/** The settings that a connection to Kafka takes. */
export type KafkaSettingName =
  | "brokers"
  | "clientId"
  | "connectTimeoutMs"
  | "sendTimeoutMs"
  | keyof typeof kafkaSettings;

export const kafkaSettingNames: readonly KafkaSettingName[] = [
  "brokers",
  "clientId",
  "connectTimeoutMs",
  "sendTimeoutMs",
  ...(Object.keys(kafkaSettings) as (keyof typeof kafkaSettings)[]),
];

export type KafkaSettings = Pick<RelaySettings, KafkaSettingName>;
