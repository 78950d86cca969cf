import { eventBytes, type OutboxEvent } from "./outbox-event.ts";

/** "PGCOPY\n\377\r\n\0" */
const SIGNATURE = Buffer.from([0x50, 0x47, 0x43, 0x4f, 0x50, 0x59, 0x0a, 0xff, 0x0d, 0x0a, 0x00]);
const HEADER_BYTES = SIGNATURE.length + 8;
const FIELDS = 7;
const TRAILER = -1;
/** PostgreSQL counts microseconds from 2000-01-01. */
const EPOCH_2000_MS = Date.UTC(2000, 0, 1);

/**
 * Parses PostgreSQL's binary COPY format, chunk by chunk, into events.
 *
 *   file  => signature(11) flags(int32) extension_length(int32) tuple* trailer(int16 = -1)
 *   tuple => field_count(int16) [length(int32, -1 = null) bytes]*
 *
 * The columns are id, topic, key, schema_id, payload, headers, occurred_at. Payloads and headers are views of the
 * chunks. Source: PostgreSQL manual, "COPY", "Binary Format".
 */
export class CopyRowReader {
  readonly events: OutboxEvent[] = [];
  /** Rows seen, kept or not. */
  rows = 0;
  /** Whether rows were left out because of `maxBytes`. */
  wasCut = false;
  readonly #maxBytes: number;
  #bytes = 0;
  #rest: Buffer = Buffer.alloc(0);
  #state: "header" | "tuples" | "done" = "header";

  /** @param maxBytes once the events weigh this much, later rows are only counted; the first is always kept */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  push(chunk: Buffer): void {
    const data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let position = 0;
    if (this.#state === "header") {
      if (data.length < HEADER_BYTES) {
        this.#rest = data;
        return;
      }
      position = readFileHeader(data);
      this.#state = "tuples";
    }
    while (this.#state === "tuples" && position + 2 <= data.length) {
      if (data.readInt16BE(position) === TRAILER) {
        this.#state = "done";
        break;
      }
      const end = tupleEnd(data, position);
      if (end === null) break;
      this.#take(data, position + 2);
      position = end;
    }
    this.#rest = data.subarray(position);
  }

  /** @throws Error when the data ended before its trailer */
  end(): void {
    if (this.#state !== "done") throw new Error("COPY from waybill.outbox ended before its trailer");
  }

  #take(data: Buffer, at: number): void {
    this.rows++;
    this.wasCut ||= this.#bytes >= this.#maxBytes && this.events.length > 0;
    if (this.wasCut) return;
    const event = readEvent(data, at);
    this.#bytes += eventBytes(event);
    this.events.push(event);
  }
}

function readFileHeader(data: Buffer): number {
  if (!data.subarray(0, SIGNATURE.length).equals(SIGNATURE)) throw new Error("not PostgreSQL's binary COPY format");
  return HEADER_BYTES + data.readInt32BE(SIGNATURE.length + 4);
}

/** Where the tuple ends, or null while part of it is still to come. */
function tupleEnd(data: Buffer, start: number): number | null {
  const fields = data.readInt16BE(start);
  if (fields !== FIELDS) throw new Error(`COPY from waybill.outbox has ${fields} columns, not ${FIELDS}`);
  let position = start + 2;
  for (let field = 0; field < FIELDS; field++) {
    if (position + 4 > data.length) return null;
    position += 4 + Math.max(0, data.readInt32BE(position));
  }
  return position <= data.length ? position : null;
}

function readEvent(data: Buffer, start: number): OutboxEvent {
  let position = start;
  const next = (): Buffer | null => {
    const length = data.readInt32BE(position);
    position += 4;
    if (length < 0) return null;
    position += length;
    return data.subarray(position - length, position);
  };
  const required = (): Buffer => next() as Buffer; // NOT NULL columns
  return {
    id: required().readBigInt64BE(),
    topic: required().toString(),
    key: next()?.toString() ?? null,
    schemaId: required().readBigInt64BE(),
    payload: required(),
    headers: required(),
    occurredAt: EPOCH_2000_MS + Number(required().readBigInt64BE() / 1000n),
  };
}
