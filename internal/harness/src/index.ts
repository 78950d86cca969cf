export { eventually } from "./eventually.ts";
export { type PostgresServer, type PostgresSettings, startPostgresServer } from "./postgres-server.ts";
export { startTcpProxy, type TcpProxy, type TcpProxyOptions } from "./tcp-proxy.ts";
export { kafkaJars } from "./kafka-install.ts";
export type { KafkaOptions } from "./kafka-options.ts";
export {
  createKafkaCluster,
  createKafkaServer,
  type KafkaCluster,
  type KafkaServer,
  type RunningKafka,
  startKafka,
} from "./kafka.ts";
export { createTestCertificates, type TestCertificates } from "./test-certificates.ts";
export { recordSpans, type SpanRecorder } from "./span-recorder.ts";
export { startTestBroker, type TestBroker } from "./test-broker.ts";
export { createTestDatabase, type TestDatabase } from "./test-database.ts";
export {
  createShopTables,
  createTestPrisma,
  type ShopClient,
  shopPrismaDir,
  type ShopTransaction,
  type TestPrismaOptions,
} from "./test-prisma.ts";
