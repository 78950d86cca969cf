/**
 * The relay's part of a trace: a span from reading an event to Kafka's acknowledgement, beside the consumer's span and
 * under the writer's. The header `traceparent` stays the writer's, so that records are copied and not rewritten; only
 * events whose trace is sampled cost more than a look at their headers.
 * Source: OpenTelemetry semantic conventions, "Messaging spans".
 */
import {
  ProxyTracerProvider,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from "@opentelemetry/api";
import { parseTraceparent } from "@waybill/events";
import { sampledTraceHeaders } from "./trace-headers.ts";

export class SendTracer {
  readonly #tracer: Tracer;

  constructor(tracer: Tracer) {
    this.#tracer = tracer;
  }

  /** Begins the span of one event; null when its trace is not sampled. */
  start(topic: string, bytes: Buffer, headersStart: number, headersEnd: number): Span | null {
    const headers = sampledTraceHeaders(bytes, headersStart, headersEnd);
    const parent = headers === null ? null : parseTraceparent(headers.traceparent);
    if (headers === null || parent === null) return null;
    const attributes = {
      "messaging.system": "kafka",
      "messaging.operation.name": "send",
      "messaging.operation.type": "send",
      "messaging.destination.name": topic,
      "messaging.message.id": headers.eventId ?? undefined,
    };
    const context = trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true });
    return this.#tracer.startSpan(`send ${topic}`, { kind: SpanKind.CLIENT, attributes }, context);
  }
}

/** Null without an OpenTelemetry SDK in the process: the relay then looks at no headers. */
export function createSendTracer(): SendTracer | null {
  return isTracingOn() ? new SendTracer(trace.getTracer("@waybill/relay")) : null;
}

/** Whether an OpenTelemetry SDK is registered. Before that the API gives a stand-in, which has nothing to delegate to. */
export function isTracingOn(): boolean {
  const provider = trace.getTracerProvider();
  return !(provider instanceof ProxyTracerProvider) || provider.getDelegateTracer("@waybill/relay") !== undefined;
}

/** An attempt that did not bring the event into Kafka; another may. */
export function noteFailedAttempt(span: Span, reason: string): void {
  span.addEvent("waybill.attempt_failed", { "error.type": reason });
}

/** The event was not acknowledged to this relay. */
export function endUnacknowledged(span: Span, reason: string): void {
  span.setAttribute("error.type", reason).setStatus({ code: SpanStatusCode.ERROR, message: reason }).end();
}
