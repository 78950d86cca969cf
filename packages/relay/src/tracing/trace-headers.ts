/** What a trace takes from an event's headers. */
export interface TraceHeaders {
  readonly traceparent: string;
  /** `ce_id`; null when the event has none. */
  readonly eventId: string | null;
}

const TRACEPARENT = Buffer.from("traceparent");
const EVENT_ID = Buffer.from("ce_id");
/** `00-<32 digits>-<16 digits>-<2 digits>`: the last digit holds the bit that says whether the trace is sampled. */
const LAST_FLAG_DIGIT = 54;

/**
 * Finds the trace context among headers as a Kafka record holds them, without decoding the others: of most events all
 * that is read is their lengths, and nothing is made.
 *
 * @returns null when the event has no trace context, or one that is not sampled; also for headers that are no headers,
 * which others complain about
 */
export function sampledTraceHeaders(bytes: Buffer, start: number, end: number): TraceHeaders | null {
  const cursor = { bytes, position: start, end };
  let traceparent: string | null = null;
  let eventId: string | null = null;
  for (let count = readLength(cursor); count > 0 && cursor.position < end; count--) {
    const nameLength = readLength(cursor);
    const nameStart = cursor.position;
    cursor.position += nameLength;
    const valueLength = readLength(cursor);
    const valueStart = cursor.position;
    cursor.position += valueLength;
    if (isName(bytes, nameStart, nameLength, TRACEPARENT)) {
      if (!isSampled(bytes[valueStart + LAST_FLAG_DIGIT])) return null;
      traceparent = bytes.toString("latin1", valueStart, cursor.position);
    } else if (isName(bytes, nameStart, nameLength, EVENT_ID)) {
      eventId = bytes.toString("latin1", valueStart, cursor.position);
    }
  }
  return traceparent === null || cursor.position > end ? null : { traceparent, eventId };
}

function isName(bytes: Buffer, start: number, length: number, name: Buffer): boolean {
  return length === name.length && name.compare(bytes, start, start + length) === 0;
}

function isSampled(digit: number | undefined): boolean {
  return digit !== undefined && (Number.parseInt(String.fromCharCode(digit), 16) & 1) === 1;
}

/** A zigzag varint; below 0 for Kafka's null, which reads as empty. */
function readLength(cursor: { readonly bytes: Buffer; position: number; readonly end: number }): number {
  let value = 0;
  for (let shift = 0; shift < 35 && cursor.position < cursor.end; shift += 7) {
    const byte = cursor.bytes[cursor.position++] ?? 0;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  return Math.max(0, (value >>> 1) ^ -(value & 1));
}
