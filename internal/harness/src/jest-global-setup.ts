import { startPostgres } from "@waybill/sandbox/postgres";
import { startKafka } from "./kafka.ts";
import { services } from "./jest-services.ts";

/** Before any test: one PostgreSQL for all files, and one Apache Kafka when WAYBILL_TEST_BROKER=kafka. */
export default async function setUp(): Promise<void> {
  if (process.env["WAYBILL_TEST_POSTGRES"] === undefined) {
    const postgres = await startPostgres({
      settings: { max_connections: "300", max_prepared_transactions: "20", synchronous_commit: "off" },
    });
    services.push(postgres);
    process.env["WAYBILL_TEST_POSTGRES"] = postgres.url;
  }
  if (process.env["WAYBILL_TEST_BROKER"] === "kafka") {
    const kafka = await startKafka();
    services.push(kafka);
    process.env["WAYBILL_TEST_KAFKA"] = kafka.brokers.join(",");
  }
}
