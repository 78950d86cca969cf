export { createKafkaServer, type KafkaServer, type KafkaServerOptions } from "./kafka.ts";
export { eventually } from "./eventually.ts";
export { type PostgresServer, type PostgresSettings, startPostgresServer } from "./postgres-server.ts";
export { startTcpProxy, type TcpProxy, type TcpProxyOptions } from "./tcp-proxy.ts";
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
