/** One span of a trace, as W3C trace context names it. OpenTelemetry's `SpanContext` has the same fields. */
export interface TraceParent {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
  /** A byte; bit 0: the trace is sampled. */
  readonly traceFlags: number;
}

const TRACEPARENT =
  /^(?!ff)[0-9a-f]{2}-(?<traceId>(?!0{32})[0-9a-f]{32})-(?<spanId>(?!0{16})[0-9a-f]{16})-(?<flags>[0-9a-f]{2})(?:-.*)?$/;

/**
 * Reads the header `traceparent`, of the known version and of later ones.
 * Source: W3C Trace Context, "traceparent Header Field Values".
 *
 * @returns null for what is not trace context: it may come from any client, and is to be ignored
 */
export function parseTraceparent(text: string): TraceParent | null {
  const { traceId, spanId, flags } = TRACEPARENT.exec(text)?.groups ?? {};
  if (traceId === undefined || spanId === undefined || flags === undefined) return null;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) };
}

/** The header `traceparent` of a span. */
export function formatTraceparent({ traceId, spanId, traceFlags }: TraceParent): string {
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`;
}
