import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { describeEvent } from "@waybill/events";
import { recordSpans, type SpanRecorder } from "@waybill/harness";
import type { EventContext } from "./event-context.ts";
import { event } from "./pending-event.ts";
import { inPublishSpan } from "./publish-span.ts";

const placed = describeEvent<"orders.order.placed", 1, { readonly orderId: string }>({
  type: "orders.order.placed",
  version: 1,
  schema: JSON.stringify({
    type: "record",
    name: "orders.order.OrderPlaced",
    fields: [{ name: "orderId", type: "string", "waybill.key": true }],
  }),
});
const data = { orderId: "secret-4711" };
const inherited = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const later = "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-later";
const keep = async (context: EventContext) => context;

describe("without an SDK", () => {
  it.each([{}, { traceparent: null }, { traceparent: inherited }, { traceparent: later }, { traceparent: "wrong" }])(
    "%j passes unchanged",
    async (context) => {
      const passed = await inPublishSpan([event(placed, data)], { source: "/shop", ...context }, keep);
      expect({ traceparent: null, ...context, source: "/shop" }).toEqual(passed);
    },
  );
});

describe("with an SDK", () => {
  let recorder: SpanRecorder;
  beforeAll(() => {
    recorder = recordSpans();
  });
  afterEach(() => recorder.forget());
  afterAll(() => recorder.stop());

  it("the events carry a span of their own, under the active one", async () => {
    const tracer = trace.getTracer("test");
    const { traceparent } = await tracer.startActiveSpan("request", async (request) => {
      const context = await inPublishSpan([event(placed, data)], { traceparent: inherited }, keep);
      request.end();
      return context;
    });
    const [span, request] = recorder.spans;
    const { traceId, spanId } = span?.spanContext() ?? {};
    expect(traceparent).toBe(`00-${traceId}-${spanId}-01`);
    expect(span?.parentSpanContext?.spanId).toBe(request?.spanContext().spanId);
    expect(span).toMatchObject({
      name: "publish orders.order",
      kind: SpanKind.PRODUCER,
      attributes: {
        "messaging.system": "kafka",
        "messaging.operation.name": "publish",
        "messaging.operation.type": "create",
        "messaging.destination.name": "orders.order",
        "cloudevents.event_type": "orders.order.placed",
      },
    });
  });

  it("without an active span its parent is the inherited trace context", async () => {
    await inPublishSpan([event(placed, data)], { traceparent: inherited }, keep);
    const [span] = recorder.spans;
    expect(span?.parentSpanContext).toMatchObject({ traceId: inherited.slice(3, 35), spanId: inherited.slice(36, 52) });
  });

  it("what is not sampled stays so, and is passed on as such", async () => {
    const { traceparent } = await inPublishSpan(
      [event(placed, data)],
      { traceparent: inherited.replace(/01$/, "00") },
      keep,
    );
    expect(traceparent).toMatch(/^00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-00$/);
    expect(recorder.spans).toEqual([]);
  });

  it("several events share one span", async () => {
    const elsewhere = event(placed, data, { topic: "elsewhere" });
    await inPublishSpan([event(placed, data), elsewhere], {}, keep);
    const [span] = recorder.spans;
    expect(span?.name).toBe("publish");
    expect(span?.attributes["messaging.batch.message_count"]).toBe(2);
  });

  it("begins none for no event, nor for events that bring their own", async () => {
    const own = event(placed, data, { traceparent: inherited });
    expect(await inPublishSpan([own, event(placed, data, { traceparent: null })], {}, keep)).toEqual({});
    await inPublishSpan([], {}, keep);
    expect(recorder.spans).toEqual([]);
  });

  it("tells that publishing failed, without what the message may quote", async () => {
    const failing = inPublishSpan([event(placed, data)], {}, async () => {
      throw Object.assign(new TypeError("secret-4711 is not an order"), { code: "EVENT_TOO_LARGE" });
    });
    await expect(failing).rejects.toThrow("secret-4711");
    const [span] = recorder.spans;
    expect(span?.status).toEqual({ code: SpanStatusCode.ERROR, message: "EVENT_TOO_LARGE" });
    expect(span?.events).toEqual([]);
    expect(JSON.stringify([span?.attributes, span?.status, span?.name])).not.toContain("secret");
  });
});
