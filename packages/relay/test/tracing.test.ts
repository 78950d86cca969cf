import { afterAll, afterEach, beforeAll, expect, it } from "@jest/globals";
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { encodeRecordHeaders } from "@waybill/events";
import { recordSpans, type SpanRecorder } from "@waybill/harness";
import type { LanePublisher, PublisherLane, RowView, SendOutcome } from "../src/publishers/lane-publisher.ts";
import { createSendTracer, type SendTracer } from "../src/tracing/send-tracer.ts";
import { TracedLanePublisher } from "../src/tracing/traced-lanes.ts";

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const spanId = "00f067aa0ba902b7";
const withoutSdk = createSendTracer();
let recorder: SpanRecorder;
let tracer: SendTracer;

beforeAll(() => {
  recorder = recordSpans();
  tracer = createSendTracer() as SendTracer;
});
afterEach(() => recorder.forget());
afterAll(() => recorder.stop());

function headersOf(id: string, flags = "01"): Buffer {
  return Buffer.from(
    encodeRecordHeaders([
      ["ce_id", id],
      ["traceparent", `00-${traceId}-${spanId}-${flags}`],
    ]),
  );
}

it("is off without an SDK", () => {
  expect(withoutSdk).toBeNull();
});

const summary = () =>
  recorder.spans.map(({ name, attributes, status, events }) => ({
    name,
    id: attributes["messaging.message.id"],
    ...(status.code === SpanStatusCode.ERROR ? { error: attributes["error.type"] } : {}),
    attempts: events.length + 1,
  }));

/** A lane that answers what it is told to. */
function fakeLane(answers: { outcome: SendOutcome; unacknowledged: readonly number[] }[]): PublisherLane {
  let pending: readonly number[] = [];
  const answer = async () => {
    const next = answers.shift() ?? { outcome: { acknowledged: new Map(), failures: [] }, unacknowledged: [] };
    pending = next.unacknowledged;
    return next.outcome;
  };
  return {
    append: () => {},
    filledEvents: 0,
    filledBytes: 0,
    send: answer,
    repeat: answer,
    remove: () => {},
    unacknowledged: () => pending,
    reset: () => {},
  };
}

function openLane(inner: PublisherLane): PublisherLane {
  const publisher: LanePublisher = {
    connect: async () => {},
    prepareTopic: () => null,
    openLane: () => inner,
    openTransactionalLane: () => {
      throw new Error("not here");
    },
    disconnect: async () => {},
  };
  return new TracedLanePublisher(publisher, tracer).openLane("lane-0");
}

function row(id: number, flags?: string): RowView {
  const bytes = headersOf(`event-${id}`, flags);
  const none = { keyStart: -1, keyEnd: -1, payloadStart: 0, payloadEnd: 0, schemaIdHigh: 0, schemaIdLow: 0 };
  return { id, shard: 0, topic: "orders", bytes, headersStart: 0, headersEnd: bytes.length, occurredAtMs: 0, ...none };
}

const acknowledged: SendOutcome = { acknowledged: new Map([["orders", 1]]), failures: [] };
const failed = (...ids: number[]): SendOutcome => ({
  acknowledged: new Map(),
  failures: [{ reason: "record-too-large", topic: "orders", ids, message: "too large" }],
});

it("ends the spans of a lane as its events are acknowledged, removed or forgotten", async () => {
  const lane = openLane(
    fakeLane([
      { outcome: failed(2), unacknowledged: [2, 3] },
      { outcome: acknowledged, unacknowledged: [] },
    ]),
  );
  for (const id of [1, 2, 3]) lane.append(row(id), 7);
  const sending = lane.send();
  for (const id of [4, 5]) lane.append(row(id), 7);
  lane.append(row(6, "00"), 7);
  await sending;
  expect(summary()).toEqual([{ name: "send orders", id: "event-1", attempts: 1 }]);
  const [span] = recorder.spans;
  expect(span?.spanContext().traceId).toBe(traceId);
  expect(span?.parentSpanContext).toMatchObject({ traceId, spanId, isRemote: true });
  expect(span?.kind).toBe(SpanKind.CLIENT);
  expect(span?.attributes).toEqual({
    "messaging.system": "kafka",
    "messaging.operation.name": "send",
    "messaging.operation.type": "send",
    "messaging.destination.name": "orders",
    "messaging.message.id": "event-1",
  });
  lane.remove(new Set([2, 5]));
  await lane.repeat();
  lane.reset();
  expect(summary().slice(1)).toEqual([
    { name: "send orders", id: "event-2", error: "removed", attempts: 2 },
    { name: "send orders", id: "event-5", error: "removed", attempts: 1 },
    { name: "send orders", id: "event-3", attempts: 1 },
    { name: "send orders", id: "event-4", error: "reset", attempts: 1 },
  ]);
});
