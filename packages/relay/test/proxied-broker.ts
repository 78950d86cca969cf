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
  const { port, stop } = await startBehind(proxy.port);
  proxy.forwardTo(port);
  return {
    brokers: [`127.0.0.1:${proxy.port}`],
    proxy,
    async stop() {
      await proxy.close();
      await stop();
    },
  };
}

async function startBehind(advertisedPort: number): Promise<{ port: number; stop: () => Promise<void> }> {
  if (process.env["WAYBILL_TEST_BROKER"] !== "kafka") {
    const broker = await startDevBroker({ advertisedAddress: `127.0.0.1:${advertisedPort}` });
    return { port: broker.port, stop: () => broker.stop() };
  }
  const kafka = await startKafka({ advertisedPort });
  return { port: Number(kafka.brokers[0]?.split(":")[1]), stop: () => kafka.stop() };
}
