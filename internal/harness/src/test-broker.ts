import { startDevBroker } from "@waybill/dev-broker";

export interface TestBroker {
  readonly kind: "dev-broker" | "kafka";
  /** host:port of each broker. */
  readonly brokers: string[];
  stop(): Promise<void>;
}

/**
 * The broker of a test file: the real Apache Kafka that Jest's global setup started (WAYBILL_TEST_BROKER=kafka), which
 * all files share, or else a dev broker of the file's own. Use unique topic and group names either way.
 */
export async function startTestBroker(): Promise<TestBroker> {
  const kafka = process.env["WAYBILL_TEST_KAFKA"];
  if (kafka !== undefined) return { kind: "kafka", brokers: kafka.split(","), stop: async () => {} };
  const broker = await startDevBroker();
  return { kind: "dev-broker", brokers: [...broker.brokers], stop: () => broker.stop() };
}
