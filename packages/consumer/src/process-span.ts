/**
 * The consumer's part of a trace: a span for each attempt at an event, under the span of the writer that the event
 * carries as `traceparent`. Without an OpenTelemetry SDK in the process the API does nothing.
 * Source: OpenTelemetry semantic conventions, "Messaging spans".
 */
import {
  type Attributes,
  type Context,
  context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { type Envelope, parseTraceparent } from "@waybill/events";
import type { RecordReference } from "./consumer-event.ts";
import { ConsumerError } from "./errors.ts";
import type { AttemptResult } from "./handler-transaction.ts";

export interface ProcessedEvent {
  readonly groupId: string;
  readonly record: RecordReference;
  readonly event: Pick<Envelope, "id" | "type" | "traceparent">;
  readonly attempt: number;
}

/** Runs one attempt under a span: what the handler does and publishes belongs to it. */
export async function inProcessSpan(
  processed: ProcessedEvent,
  run: () => Promise<AttemptResult>,
): Promise<AttemptResult> {
  const parent = writerContext(processed.event);
  const span = trace
    .getTracer("@waybill/consumer")
    .startSpan(
      `process ${processed.record.topic}`,
      { kind: SpanKind.CONSUMER, attributes: attributesOf(processed) },
      parent,
    );
  try {
    const result = await context.with(trace.setSpan(parent, span), run);
    span.setAttribute("waybill.outcome", result.kind);
    if (result.kind === "failed") {
      const type = errorType(result.error);
      span.setAttribute("error.type", type).setStatus({ code: SpanStatusCode.ERROR, message: type });
    }
    return result;
  } finally {
    span.end();
  }
}

/** Nothing of what the consumer itself runs in: a record's trace is its writer's. */
function writerContext({ traceparent }: ProcessedEvent["event"]): Context {
  const writer = traceparent === null ? null : parseTraceparent(traceparent);
  return writer === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, { ...writer, isRemote: true });
}

/** Names and numbers only: neither the key nor the data. */
function attributesOf({ groupId, record, event, attempt }: ProcessedEvent): Attributes {
  return {
    "messaging.system": "kafka",
    "messaging.operation.name": "process",
    "messaging.operation.type": "process",
    "messaging.consumer.group.name": groupId,
    "messaging.destination.name": record.topic,
    "messaging.destination.partition.id": String(record.partition),
    "messaging.kafka.offset": Number(record.offset),
    "messaging.message.id": event.id,
    "cloudevents.event_type": event.type,
    "waybill.attempt": attempt,
  };
}

/** The message may hold values of the event; the code and the name do not. */
function errorType(error: unknown): string {
  if (ConsumerError.is(error)) return error.code;
  if (typeof error !== "object" || error === null) return "_OTHER";
  return "name" in error && typeof error.name === "string" ? error.name : "_OTHER";
}
