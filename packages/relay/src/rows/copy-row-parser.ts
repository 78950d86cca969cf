import type { RowView } from "../publishers/lane-publisher.ts";
import { TopicNames } from "./topic-names.ts";

/** "PGCOPY\n\377\r\n\0" */
const SIGNATURE = Buffer.from([0x50, 0x47, 0x43, 0x4f, 0x50, 0x59, 0x0a, 0xff, 0x0d, 0x0a, 0x00]);
const HEADER_BYTES = SIGNATURE.length + 8;
const FIELDS = 8;
const TRAILER = -1;
/** PostgreSQL counts microseconds from 2000-01-01. */
const EPOCH_2000_MS = Date.UTC(2000, 0, 1);
const TWO_32 = 2 ** 32;

/**
 * Parses PostgreSQL's binary COPY format, message by message, into one view that is filled again for every row.
 *
 *   file  => signature(11) flags(int32) extension_length(int32) tuple* trailer(int16 = -1)
 *   tuple => field_count(int16) [length(int32, -1 = null) bytes]*
 *
 * The columns are id, shard, topic, key, schema_id, payload, headers, occurred_at. A row is in one message: "messages sent
 * from the backend will always correspond to single data rows"; the file's header precedes the first. Source: PostgreSQL
 * manual, "COPY", "Binary Format", and "Message Formats", CopyData.
 */
export class CopyRowParser {
  readonly #topics: TopicNames;
  #state: "header" | "tuples" | "done" = "header";

  constructor(topics: TopicNames) {
    this.#topics = topics;
  }

  /** Fills the view with the row of the message `data[start, end)`; false when it holds none. The view looks into `data`. */
  read(data: Buffer, start: number, end: number, view: RowView): boolean {
    const at = this.#state === "header" ? this.#skipFileHeader(data, start, end) : start;
    if (at === end) return false;
    const fields = data.readInt16BE(at);
    if (fields === TRAILER) {
      this.#state = "done";
      return false;
    }
    if (fields !== FIELDS) throw new Error(`COPY from waybill.outbox has ${fields} columns, not ${FIELDS}`);
    this.#readTuple(data, at + 2, end, view);
    return true;
  }

  /** @throws Error when the data ended before its trailer */
  end(): void {
    if (this.#state !== "done") throw new Error("COPY from waybill.outbox ended before its trailer");
  }

  #skipFileHeader(data: Buffer, start: number, end: number): number {
    const isCopy = end - start >= HEADER_BYTES && SIGNATURE.compare(data, start, start + SIGNATURE.length) === 0;
    if (!isCopy) throw new Error("not PostgreSQL's binary COPY format");
    this.#state = "tuples";
    return start + HEADER_BYTES + data.readInt32BE(start + SIGNATURE.length + 4);
  }

  #readTuple(data: Buffer, start: number, end: number, view: RowView): void {
    let at = start;
    if (!isTupleWhole(data, at, end))
      throw new Error("COPY from waybill.outbox has a row that does not fill its message");
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
  }
}

function isTupleWhole(data: Buffer, start: number, end: number): boolean {
  let at = start;
  for (let field = 0; field < FIELDS; field++) {
    if (at + 4 > end) return false;
    const length = data.readInt32BE(at);
    at += length < 0 ? 4 : 4 + length;
  }
  return at === end;
}

/** Exact below 2^53: ids count from 1, and microseconds since 2000 stay below until the year 2285. */
function int64(data: Buffer, at: number): number {
  return data.readInt32BE(at) * TWO_32 + data.readUInt32BE(at + 4);
}
