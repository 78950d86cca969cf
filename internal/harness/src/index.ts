export { eventually } from "./eventually.ts";
export { type KafkaOptions, type RunningKafka, startKafka } from "./kafka.ts";
export { createTestCertificates, type TestCertificates } from "./test-certificates.ts";
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
