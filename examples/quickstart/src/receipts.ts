import { orderPlaced } from "@events/orders";
import { createConsumer } from "@waybill/consumer";
import { prisma } from "./prisma.ts";

const { KAFKA_BROKERS = "localhost:9092", SCHEMA_REGISTRY_URL = "http://localhost:8081" } = process.env;

export const receipts = createConsumer({
  groupId: "receipts",
  brokers: KAFKA_BROKERS.split(","),
  registryUrl: SCHEMA_REGISTRY_URL,
  prisma,
  createMissingTopics: true, // for development: in production they are made with the partitions they need
}).on(orderPlaced, async ({ data }, { tx }) => {
  await tx.receipt.create({ data: { orderId: data.orderId, text: `${data.total.toString()} ${data.currency}` } });
});
