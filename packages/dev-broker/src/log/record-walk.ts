/*
Record => length attributes timestampDelta offsetDelta keyLength key valueLength value [Header]
  length => VARINT (of what follows it)      attributes => INT8
  timestampDelta => VARLONG                  offsetDelta => VARINT
  keyLength, valueLength => VARINT (-1: null)
Header => keyLength key valueLength value, after their count as a VARINT
*/

/** What the walk learns of the records, or why they are no records. */
export type RecordsSummary =
  | {
      readonly valid: true;
      readonly maxTimestampDelta: number;
      readonly minTimestampDelta: number;
      readonly hasNullKey: boolean;
      /** The offset deltas are 0, 1, 2, ... */
      readonly isConsecutive: boolean;
    }
  | { readonly valid: false; readonly reason: string };

/** One record, as far as a search by timestamp needs it. */
export interface RecordPosition {
  readonly timestampDelta: number;
  readonly offsetDelta: number;
}

/**
 * Checks that `bytes` is exactly `count` well-formed records, by the rules of Kafka's `DefaultRecord.readFrom`, without
 * building a single one: the batch stays as it came.
 */
export function summariseRecords(bytes: Buffer, count: number): RecordsSummary {
  const walk = new RecordWalk(bytes);
  let maxTimestampDelta = Number.NEGATIVE_INFINITY;
  let minTimestampDelta = Number.POSITIVE_INFINITY;
  let hasNullKey = false;
  let isConsecutive = true;
  for (let index = 0; index < count; index += 1) {
    if (!walk.next()) return { valid: false, reason: `record ${index} of ${count}: ${walk.problem}` };
    if (walk.timestampDelta > maxTimestampDelta) maxTimestampDelta = walk.timestampDelta;
    if (walk.timestampDelta < minTimestampDelta) minTimestampDelta = walk.timestampDelta;
    hasNullKey ||= walk.keyBytes < 0;
    isConsecutive &&= walk.offsetDelta === index;
  }
  if (!walk.atEnd) return { valid: false, reason: `bytes follow after the ${count} records that the header counts` };
  return { valid: true, maxTimestampDelta, minTimestampDelta, hasNullKey, isConsecutive };
}

/** The first record for which `accept` holds; undefined when there is none. */
export function findRecord(
  bytes: Buffer,
  count: number,
  accept: (record: RecordPosition) => boolean,
): RecordPosition | undefined {
  const walk = new RecordWalk(bytes);
  for (let index = 0; index < count && walk.next(); index += 1) {
    const record = { timestampDelta: walk.timestampDelta, offsetDelta: walk.offsetDelta };
    if (accept(record)) return record;
  }
  return undefined;
}

/** A cursor over uncompressed records. Numbers, not bigints: a timestamp delta beyond 2^53 ms is no real one. */
class RecordWalk {
  timestampDelta = 0;
  offsetDelta = 0;
  keyBytes = 0;
  problem = "";
  readonly #bytes: Buffer;
  #position = 0;
  #failed = false;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#position === this.#bytes.length;
  }

  /** Moves over the next record; false when it is malformed: `problem` then says how. */
  next(): boolean {
    const length = this.#varint();
    const start = this.#position;
    if (this.#failed || length < 0 || length > this.#bytes.length - start) return this.#refuse("its length is wrong");
    this.#skip(1);
    this.timestampDelta = this.#varint();
    this.offsetDelta = this.#varint();
    this.keyBytes = this.#skipField();
    this.#skipField();
    if (!this.#skipHeaders(length)) return false;
    if (this.#failed) return this.#refuse("a field ends outside of the batch");
    if (this.#position - start !== length) return this.#refuse("its fields do not add up to its length");
    return true;
  }

  #skipHeaders(recordLength: number): boolean {
    const headers = this.#varint();
    if (headers < 0 || headers > recordLength) return this.#refuse("its header count is wrong");
    for (let index = 0; index < headers && !this.#failed; index += 1) {
      if (this.#skipField() < 0) return this.#refuse("a header has no key");
      this.#skipField();
    }
    return true;
  }

  #refuse(problem: string): false {
    this.problem = problem;
    return false;
  }

  /** Skips a length-prefixed field and answers its length. */
  #skipField(): number {
    const length = this.#varint();
    if (length > 0) this.#skip(length);
    return length;
  }

  #skip(length: number): void {
    this.#position += length;
    if (this.#position > this.#bytes.length) this.#failed = true;
  }

  /** A zigzag varint of up to ten bytes. Small ones, nearly all, take the integer path. */
  #varint(): number {
    const bytes = this.#bytes;
    let raw = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = bytes[this.#position++];
      if (byte === undefined) return this.#fail();
      raw |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (raw >>> 1) ^ -(raw & 1);
    }
    return this.#longVarint(raw);
  }

  #longVarint(low: number): number {
    let raw = low;
    for (let scale = 2 ** 28; scale < 2 ** 70; scale *= 2 ** 7) {
      const byte = this.#bytes[this.#position++];
      if (byte === undefined) return this.#fail();
      raw += (byte & 0x7f) * scale;
      if (byte < 0x80) return raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2;
    }
    return this.#fail();
  }

  #fail(): number {
    this.#failed = true;
    return 0;
  }
}
