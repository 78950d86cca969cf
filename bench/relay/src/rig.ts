import { eventually, kafkaJars, startKafka } from "@waybill/harness";
import { migrate } from "@waybill/outbox";
import { type RunningRegistry, startRegistry } from "@waybill/registry";
import { type RunningPostgres, startPostgres } from "@waybill/sandbox/postgres";
import { type Admin, Kafka, logLevel } from "kafkajs";
import pg from "pg";
import { PARTITIONS } from "./bench-events.ts";
import { debeziumOutbox, waybillOutbox } from "./outbox-tables.ts";

/** The services that all subjects share. */
export interface Rig {
  readonly postgres: RunningPostgres;
  readonly client: pg.Client;
  readonly broker: string;
  readonly brokerPid: number;
  readonly registry: RunningRegistry;
  /** The folder of Apache Kafka's jars. */
  readonly jars: string;
  /** With the broker's own time on each record. */
  createTopic(topic: string): Promise<void>;
  deleteTopic(topic: string): Promise<void>;
  /** How many records it holds, markers of transactions included. */
  recordsOf(topic: string): Promise<number>;
  stop(): Promise<void>;
}

const postgresSettings = {
  fsync: "on",
  wal_level: "logical", // for Debezium; the others run beside the same
  track_commit_timestamp: "on", // when each transaction committed, by the server's own clock
  shared_buffers: "512MB",
  max_wal_size: "4GB", // no checkpoint in the middle of a short run
  min_wal_size: "1GB", // segments to write over, as a server has that has run for a while: making one stops commits for 100 ms
};

export async function startRig(): Promise<Rig> {
  const postgres = await startPostgres({ settings: postgresSettings });
  const kafka = await startKafka({ optimised: true });
  const registry = await startRegistry();
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  await migrate(client);
  for (const table of [waybillOutbox, debeziumOutbox]) await table.create(client);
  const broker = kafka.brokers[0] as string;
  const admin = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  return {
    postgres,
    client,
    broker,
    brokerPid: kafka.pid,
    registry,
    jars: kafkaJars(),
    createTopic: (topic) => createTopic(admin, topic),
    deleteTopic: (topic) => admin.deleteTopics({ topics: [topic] }),
    async recordsOf(topic) {
      const offsets = await admin.fetchTopicOffsets(topic);
      return offsets.reduce((sum, { high }) => sum + Number(high), 0);
    },
    async stop() {
      await admin.disconnect();
      await client.end();
      await Promise.all([kafka.stop(), registry.stop(), postgres.stop()]);
    },
  };
}

/** Resolves when every partition answers: a leader that is just named refuses for a moment. */
async function createTopic(admin: Admin, topic: string): Promise<void> {
  const configEntries = [{ name: "message.timestamp.type", value: "LogAppendTime" }];
  await admin.createTopics({ topics: [{ topic, numPartitions: PARTITIONS, configEntries }], waitForLeaders: true });
  await eventually(() =>
    admin.fetchTopicOffsets(topic).then(
      () => true,
      () => false,
    ),
  );
}
