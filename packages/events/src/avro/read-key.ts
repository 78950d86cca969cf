import { type AvroInput, advanceOverSized, stringBetween } from "./avro-input.ts";

/** How many keys are remembered, a power of two. */
const SLOTS = 512;
/** Longer keys are rather values than names. */
const MAX_KEY_BYTES = 40;

/**
 * ASCII keys of maps as they were read last, each in the slot of its {@link slotOf}. A key of a map that was never
 * finished may keep alive the text of its message, of at most 4 kB: 2 MB in all, whatever is sent.
 */
const remembered: string[] = Array.from({ length: SLOTS }, () => "");

/**
 * Reads a map's key. Maps of one event have mostly the same keys, and V8 has to hash a string made anew and look it up
 * before it can be a property's name: one that has been a name before spares that, which is most of what an entry costs.
 *
 * @throws DecodeError when the bytes are not UTF-8
 */
export function readKey(input: AvroInput): string {
  const start = advanceOverSized(input);
  const end = input.position;
  const length = end - start;
  if (length === 0 || length > MAX_KEY_BYTES) return stringBetween(input, start, end);
  const slot = slotOf(input.bytes, start, end);
  const known = remembered[slot]!;
  if (known.length === length && isTextAt(input.bytes, start, known)) return known;
  const key = stringBetween(input, start, end);
  // Only then is each of its characters one byte, and the comparison with bytes holds.
  if (key.length === length) remembered[slot] = key;
  return key;
}

function slotOf(bytes: Uint8Array, start: number, end: number): number {
  const middle = bytes[(start + end) >>> 1]!;
  return (bytes[start]! * 31 + bytes[end - 1]! * 7 + middle * 131 + (end - start)) & (SLOTS - 1);
}

function isTextAt(bytes: Uint8Array, start: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text.charCodeAt(i)) return false;
  return true;
}
