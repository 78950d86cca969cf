import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, expect, it } from "@jest/globals";
import { SpanKind, trace } from "@opentelemetry/api";
import { type Consumer, createConsumer } from "@waybill/consumer";
import {
  createShopTables,
  createTestPrisma,
  eventually,
  recordSpans,
  type ShopClient,
  type ShopTransaction,
  type SpanRecorder,
} from "@waybill/harness";
import { publish, runInContext } from "@waybill/outbox";
import { spawnRelay } from "./relay-process.ts";
import { type RelayServices, startRelayServices } from "./relay-services.ts";
import { createCountedEvent, insertEvents, type CountedEvent } from "./test-event.ts";
import type { TopicReader } from "./topic-reader.ts";

let services: RelayServices;
let prisma: ShopClient;
let recorder: SpanRecorder | null = null;
let consumer: Consumer<ShopTransaction> | null = null;

beforeAll(async () => {
  services = await startRelayServices();
  await createShopTables(services.database.url);
  prisma = createTestPrisma(services.database.url);
});
afterEach(async () => {
  await consumer?.stop();
  consumer = null;
  await services.cleanUp();
  await recorder?.stop();
  recorder = null;
});
afterAll(async () => {
  await prisma.$disconnect();
  await services.stop();
});

async function topicOf(event: CountedEvent): Promise<TopicReader> {
  await services.register(event);
  return services.topicOf(event, 1);
}

/** Handles `cause` by publishing `effect`. */
async function startConsumer(cause: CountedEvent, effect: CountedEvent): Promise<string> {
  const groupId = `one-trace-${randomUUID()}`;
  consumer = createConsumer({
    groupId,
    brokers: services.broker.brokers,
    registryUrl: services.registry.url,
    deadLetterTopic: effect.topic, // one that exists; nothing fails here
    prisma,
  }).on(cause, async ({ data }, { tx }) => {
    await publish(tx, effect, { ...data, version: data.version + 1 });
  });
  await consumer.start();
  return groupId;
}

it("writer, relay and consumer are one trace, which holds no payload and no key", async () => {
  recorder = recordSpans();
  const [cause, effect] = [createCountedEvent("cause"), createCountedEvent("effect")];
  const [causes, effects] = [await topicOf(cause), await topicOf(effect)];
  await services.start();
  const groupId = await startConsumer(cause, effect);
  const id = await trace.getTracer("test").startActiveSpan("POST /orders", async (request) => {
    const published = await prisma.$transaction((tx) => publish(tx, cause, { key: "secret-key", version: 4711 }));
    request.end();
    return published;
  });
  await eventually(() => effects.records.length === 1);
  const spans = await eventually(() => recorder?.spans.length === 6 && recorder.spans);
  const traceIds = new Set(spans.map((span) => span.spanContext().traceId));
  expect(traceIds.size).toBe(1);
  const named = (name: string) => spans.find((span) => span.name === name);
  const parentOf = (name: string) =>
    spans.find((span) => span.spanContext().spanId === named(name)?.parentSpanContext?.spanId)?.name;
  expect(parentOf(`publish ${cause.topic}`)).toBe("POST /orders");
  expect(parentOf(`send ${cause.topic}`)).toBe(`publish ${cause.topic}`);
  expect(parentOf(`process ${cause.topic}`)).toBe(`publish ${cause.topic}`);
  expect(parentOf(`publish ${effect.topic}`)).toBe(`process ${cause.topic}`);
  expect(parentOf(`send ${effect.topic}`)).toBe(`publish ${effect.topic}`);
  const { traceId, spanId } = named(`publish ${cause.topic}`)?.spanContext() ?? {};
  expect(causes.records[0]?.headers["traceparent"]).toBe(`00-${traceId}-${spanId}-01`);
  expect(named(`process ${cause.topic}`)).toMatchObject({
    kind: SpanKind.CONSUMER,
    attributes: {
      "messaging.system": "kafka",
      "messaging.operation.type": "process",
      "messaging.consumer.group.name": groupId,
      "messaging.destination.name": cause.topic,
      "messaging.destination.partition.id": "0",
      "messaging.message.id": id,
      "waybill.attempt": 1,
      "waybill.outcome": "handled",
    },
  });
  for (const { name, attributes, events, status } of spans) {
    expect(JSON.stringify({ name, attributes, events, status })).not.toMatch(/secret-key|4711/);
  }
});

it("what the writer does not sample is traced nowhere", async () => {
  recorder = recordSpans();
  const [cause, effect] = [createCountedEvent("cause"), createCountedEvent("effect")];
  await topicOf(cause);
  const effects = await topicOf(effect);
  await services.start();
  await startConsumer(cause, effect);
  const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
  await runInContext({ traceparent }, () => prisma.$transaction((tx) => publish(tx, cause, { key: "a", version: 1 })));
  await eventually(() => effects.records.length === 1);
  expect(effects.records[0]?.headers["traceparent"]).toMatch(/^00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-00$/);
  expect(recorder.spans).toEqual([]);
});

it("without an SDK no one begins a trace, and one that is there passes unchanged", async () => {
  const [cause, effect] = [createCountedEvent("cause"), createCountedEvent("effect")];
  const [causes, effects] = [await topicOf(cause), await topicOf(effect)];
  await services.start();
  await startConsumer(cause, effect);
  const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  await prisma.$transaction((tx) => publish(tx, cause, { key: "a", version: 1 }, { traceparent }));
  await prisma.$transaction((tx) => publish(tx, cause, { key: "a", version: 2 }));
  await eventually(() => effects.records.length === 2);
  for (const { records } of [causes, effects]) {
    expect(records.map(({ headers }) => headers["traceparent"])).toEqual([traceparent, undefined]);
  }
});

/** A collector that keeps what is sent to it, as OTLP in JSON. */
async function startCollector() {
  const requests: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    requests.push(Buffer.concat(chunks).toString());
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { requests, url: `http://127.0.0.1:${port}`, stop: () => void server.close() };
}

it("the daemon sends its spans where the standard variables say, and its command line nowhere", async () => {
  const collector = await startCollector();
  const event = createCountedEvent();
  const topic = await topicOf(event);
  const relay = await spawnRelay(services.options({ logLevel: "info" }), [], {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test",
  });
  const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  await prisma.$transaction((tx) => publish(tx, event, { key: "a", version: 1 }, { traceparent }));
  await insertEvents(services.client, event, [{ key: "b", version: 1 }]); // without a trace
  await eventually(() => topic.records.length === 2);
  relay.kill("SIGTERM");
  expect(await relay.exited).toBe(0);
  collector.stop();
  const [sent = ""] = collector.requests;
  expect(collector.requests).toHaveLength(1);
  const [resourceSpans] = JSON.parse(sent).resourceSpans;
  const spans = resourceSpans.scopeSpans.flatMap((scope: { spans: unknown[] }) => scope.spans);
  expect(spans).toEqual([
    expect.objectContaining({
      name: `send ${event.topic}`,
      traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
      parentSpanId: "00f067aa0ba902b7",
    }),
  ]);
  const attributes = resourceSpans.resource.attributes.map((attribute: { key: string }) => attribute.key);
  expect(attributes).toEqual(expect.arrayContaining(["service.name", "host.name", "deployment.environment.name"]));
  expect(sent).not.toContain("--database-url");
});
