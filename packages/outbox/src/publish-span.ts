/**
 * The writer's part of a trace: a span in which events are created, whose context they carry to Kafka and to every
 * consumer. Without an OpenTelemetry SDK in the process the API does nothing, and the context passes unchanged.
 * Source: OpenTelemetry semantic conventions, "Messaging spans".
 */
import {
  type Attributes,
  type Context,
  context as contexts,
  isSpanContextValid,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { formatTraceparent, parseTraceparent } from "@waybill/events";
import type { EventContext } from "./event-context.ts";
import type { PendingEvent } from "./pending-event.ts";

/**
 * Runs `write` under a span, and hands it the context with that span as `traceparent`. Its parent is the active span, or
 * else the inherited `traceparent`.
 *
 * @returns what `write` returns; its errors pass unchanged, and only their names reach the span
 */
export async function inPublishSpan<Result>(
  events: readonly PendingEvent[],
  inherited: EventContext,
  write: (context: EventContext) => Promise<Result>,
): Promise<Result> {
  // Whoever gives each event a traceparent of its own has begun its span.
  if (events.every(({ options }) => options.traceparent !== undefined)) return write(inherited);
  const parent = parentContext(inherited);
  const span = trace
    .getTracer("@waybill/outbox")
    .startSpan(spanName(events), { kind: SpanKind.PRODUCER, attributes: attributesOf(events) }, parent);
  try {
    const traceparent = traceparentOf(span, inherited);
    return await contexts.with(trace.setSpan(parent, span), () => write({ ...inherited, traceparent }));
  } catch (error) {
    const type = errorType(error);
    span.setAttribute("error.type", type).setStatus({ code: SpanStatusCode.ERROR, message: type });
    throw error;
  } finally {
    span.end();
  }
}

function parentContext({ traceparent }: EventContext): Context {
  const active = contexts.active();
  if (trace.getSpanContext(active) !== undefined || typeof traceparent !== "string") return active;
  const remote = parseTraceparent(traceparent);
  return remote === null ? active : trace.setSpanContext(active, { ...remote, isRemote: true });
}

/** A tracer that does nothing gives its parent's context back, or none: what was inherited is then kept as it came. */
function traceparentOf(span: Span, { traceparent = null }: EventContext): string | null {
  const own = span.spanContext();
  if (!isSpanContextValid(own)) return traceparent;
  const isInherited = traceparent !== null && parseTraceparent(traceparent)?.spanId === own.spanId;
  return isInherited ? traceparent : formatTraceparent(own);
}

function spanName(events: readonly PendingEvent[]): string {
  const topic = common(events, topicOf);
  return topic === undefined ? "publish" : `publish ${topic}`;
}

/** Names and numbers only: neither keys nor data. */
function attributesOf(events: readonly PendingEvent[]): Attributes {
  return {
    "messaging.system": "kafka",
    "messaging.operation.name": "publish",
    "messaging.operation.type": "create",
    "messaging.destination.name": common(events, topicOf),
    "messaging.batch.message_count": events.length === 1 ? undefined : events.length,
    "cloudevents.event_type": common(events, ({ descriptor }) => descriptor.type),
  };
}

function topicOf({ descriptor, options }: PendingEvent): string {
  return options.topic ?? descriptor.topic;
}

/** What all have in common; undefined when they differ. */
function common(events: readonly PendingEvent[], get: (event: PendingEvent) => string): string | undefined {
  const values = new Set(events.map(get));
  return values.size === 1 ? [...values][0] : undefined;
}

/** The message may hold values of the event; the code and the name do not. */
function errorType(error: unknown): string {
  if (typeof error !== "object" || error === null) return "_OTHER";
  if ("code" in error && typeof error.code === "string") return error.code;
  return "name" in error && typeof error.name === "string" ? error.name : "_OTHER";
}
