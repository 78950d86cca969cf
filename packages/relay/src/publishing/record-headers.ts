/**
 * Whether bytes are headers as a Kafka record holds them: their count, then each with its lengths. Rows come from writers
 * in any language, and a record whose headers lie would poison its whole batch. Walks the lengths alone: no copy.
 *
 *   headers => count(varint) [name_length(varint) name value_length(varint, -1 = null) value]*
 */
export function areRecordHeaders(bytes: Uint8Array, start: number, end: number): boolean {
  walk.at = start;
  const count = readLength(bytes, end);
  if (count < 0) return false;
  for (let header = 0; header < count; header++) {
    const name = readLength(bytes, end);
    if (name < 0 || walk.at + name > end) return false;
    walk.at += name;
    const value = readLength(bytes, end);
    if (value < -1) return false;
    if (value > 0) walk.at += value;
    if (walk.at > end) return false;
  }
  return walk.at === end;
}

/** Where the walk is: kept outside, as a result of two numbers would be an object for every length. */
const walk = { at: 0 };
const INVALID = -2;

/** A zigzag varint of at most 5 bytes; below -1 when it is none. */
function readLength(bytes: Uint8Array, end: number): number {
  let value = 0;
  for (let shift = 0; shift < 35; shift += 7) {
    if (walk.at >= end) return INVALID;
    const byte = bytes[walk.at++] as number;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
  }
  return INVALID;
}
