import type { RowView } from "./publishers/lane-publisher.ts";
import { TopicNames } from "./topic-names.ts";

/** "PGCOPY\n\377\r\n\0" */
const SIGNATURE = Buffer.from([0x50, 0x47, 0x43, 0x4f, 0x50, 0x59, 0x0a, 0xff, 0x0d, 0x0a, 0x00]);
const HEADER_BYTES = SIGNATURE.length + 8;
const FIELDS = 8;
const TRAILER = -1;
const EMPTY = Buffer.alloc(0);
/** PostgreSQL counts microseconds from 2000-01-01. */
const EPOCH_2000_MS = Date.UTC(2000, 0, 1);
const TWO_32 = 2 ** 32;

/**
 * Parses PostgreSQL's binary COPY format, chunk by chunk, into one view that is filled again for every row.
 *
 *   file  => signature(11) flags(int32) extension_length(int32) tuple* trailer(int16 = -1)
 *   tuple => field_count(int16) [length(int32, -1 = null) bytes]*
 *
 * The columns are id, shard, topic, key, schema_id, payload, headers, occurred_at. A view looks into the chunk: it is
 * valid until the next `push`. Source: PostgreSQL manual, "COPY", "Binary Format".
 */
export class CopyRowParser {
  readonly #topics: TopicNames;
  #data: Buffer = EMPTY;
  #position = 0;
  #state: "header" | "tuples" | "done" = "header";

  constructor(topics: TopicNames) {
    this.#topics = topics;
  }

  /** Adds a chunk; `next` must have answered false before. */
  push(chunk: Buffer): void {
    const rest = this.#data.length - this.#position;
    this.#data = rest === 0 ? chunk : Buffer.concat([this.#data.subarray(this.#position), chunk]);
    this.#position = 0;
  }

  /** Fills the view with the next row; false when more bytes are needed, or when there are no more rows. */
  next(view: RowView): boolean {
    if (this.#state === "header" && !this.#readFileHeader()) return false;
    if (this.#state !== "tuples" || this.#position + 2 > this.#data.length) return false;
    const fields = this.#data.readInt16BE(this.#position);
    if (fields === TRAILER) {
      this.#state = "done";
      return false;
    }
    if (fields !== FIELDS) throw new Error(`COPY from waybill.outbox has ${fields} columns, not ${FIELDS}`);
    return this.#readTuple(view);
  }

  /** @throws Error when the data ended before its trailer */
  end(): void {
    if (this.#state !== "done") throw new Error("COPY from waybill.outbox ended before its trailer");
  }

  #readFileHeader(): boolean {
    const data = this.#data;
    if (data.length < HEADER_BYTES) return false;
    if (!data.subarray(0, SIGNATURE.length).equals(SIGNATURE)) throw new Error("not PostgreSQL's binary COPY format");
    const end = HEADER_BYTES + data.readInt32BE(SIGNATURE.length + 4);
    if (data.length < end) return false;
    this.#position = end;
    this.#state = "tuples";
    return true;
  }

  /** False, and nothing consumed, while part of the tuple is still to come. */
  #readTuple(view: RowView): boolean {
    const data = this.#data;
    const limit = data.length;
    let at = this.#position + 2;
    if (!isTupleWhole(data, at, limit)) return false;
    // NOT NULL columns but for the key; isTupleWhole has bounded them all.
    view.bytes = data;
    view.id = int64(data, at + 4);
    view.shard = data.readInt16BE(at + 16);
    at += 18;
    const topicEnd = at + 4 + data.readInt32BE(at);
    view.topic = this.#topics.at(data, at + 4, topicEnd);
    at = topicEnd;
    const keyLength = data.readInt32BE(at);
    view.keyStart = keyLength < 0 ? -1 : at + 4;
    view.keyEnd = keyLength < 0 ? -1 : at + 4 + keyLength;
    at = keyLength < 0 ? at + 4 : view.keyEnd;
    view.schemaIdHigh = data.readInt32BE(at + 4);
    view.schemaIdLow = data.readInt32BE(at + 8);
    view.payloadStart = at + 16;
    view.payloadEnd = view.payloadStart + data.readInt32BE(at + 12);
    view.headersStart = view.payloadEnd + 4;
    view.headersEnd = view.headersStart + data.readInt32BE(view.payloadEnd);
    view.occurredAtMs = EPOCH_2000_MS + Math.floor(int64(data, view.headersEnd + 4) / 1_000);
    this.#position = view.headersEnd + 12;
    return true;
  }
}

function isTupleWhole(data: Buffer, start: number, limit: number): boolean {
  let at = start;
  for (let field = 0; field < FIELDS; field++) {
    if (at + 4 > limit) return false;
    const length = data.readInt32BE(at);
    at += length < 0 ? 4 : 4 + length;
  }
  return at <= limit;
}

/** Exact below 2^53: ids count from 1, and microseconds since 2000 stay below until the year 2285. */
function int64(data: Buffer, at: number): number {
  return data.readInt32BE(at) * TWO_32 + data.readUInt32BE(at + 4);
}
