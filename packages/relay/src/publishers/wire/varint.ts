/**
 * Kafka's signed variable-length integers (zigzag), as records use them, for 0 to 2^30 - 1 and for -1.
 *
 *   value => (7 bits, least significant first, top bit: more to come)*
 */

/** How many bytes `value` takes. */
export function varintBytes(value: number): number {
  const zigzag = value < 0 ? 1 : value << 1;
  if (zigzag < 1 << 7) return 1;
  if (zigzag < 1 << 14) return 2;
  if (zigzag < 1 << 21) return 3;
  return zigzag < 1 << 28 ? 4 : 5;
}

/** Writes `value` at `at` and returns where it ends. */
export function writeVarint(target: Uint8Array, at: number, value: number): number {
  let rest = value < 0 ? 1 : value << 1;
  let position = at;
  while (rest > 0x7f) {
    target[position++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  target[position++] = rest;
  return position;
}

/** Reads the varint at `at`: its value and where it ends, the second through `ends`, which spares an object. */
export function readVarint(source: Uint8Array, at: number, ends: { position: number }): number {
  let result = 0;
  let shift = 0;
  let position = at;
  let byte: number;
  do {
    byte = source[position++] as number;
    result |= (byte & 0x7f) << shift;
    shift += 7;
  } while (byte > 0x7f);
  ends.position = position;
  return (result >>> 1) ^ -(result & 1);
}
