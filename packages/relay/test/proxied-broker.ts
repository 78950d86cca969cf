import { startDevBroker } from "@waybill/dev-broker";
import { startKafka } from "@waybill/harness";
import { KafkaProxy } from "./kafka-proxy.ts";

/** A broker of the test file's own that clients reach only through a proxy. */
export interface ProxiedBroker {
  readonly brokers: readonly string[];
  readonly proxy: KafkaProxy;
  stop(): Promise<void>;
}

/** Real Apache Kafka with WAYBILL_TEST_BROKER=kafka, else a dev broker. */
export async function startProxiedBroker(): Promise<ProxiedBroker> {
  const proxy = await KafkaProxy.listen();
  const broker =
    process.env["WAYBILL_TEST_BROKER"] === "kafka"
      ? await startKafka({ advertisedPort: proxy.port })
      : await startDevBroker({ advertisedAddress: `127.0.0.1:${proxy.port}` });
  proxy.forwardTo(Number(broker.brokers[0]?.split(":")[1]));
  return {
    brokers: [`127.0.0.1:${proxy.port}`],
    proxy,
    async stop() {
      await proxy.close();
      await broker.stop();
    },
  };
}
