export { startTestBroker, type TestBroker } from "./test-broker.ts";
export { createTestDatabase, type TestDatabase } from "./test-database.ts";
