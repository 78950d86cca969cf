import { memoryOf } from "./ascii.ts";
import { type AvroInput, advanceOverSized, stringBetween } from "./avro-input.ts";

/** How many keys are remembered, a power of two. */
const SLOTS = 512;
/** Longer keys are rather values than names. */
const MAX_KEY_BYTES = 40;
/** Bytes that are compared in one step. */
const WORD = 4;
const SLOT_WORDS = MAX_KEY_BYTES / WORD;

/**
 * ASCII keys of maps as they were read last, each in the slot of its {@link slotOf}. A key of a map that was never
 * finished may keep alive the text of its message, of at most 4 kB: 2 MB in all, whatever is sent.
 */
const remembered: string[] = Array.from({ length: SLOTS }, () => "");
/** Their bytes: comparing with the text itself, character by character, takes most of the time that keys take. */
const words: Int32Array = new Int32Array(SLOTS * SLOT_WORDS);

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
  if (known.length === length && isRemembered(input, start, end, slot)) return known;
  const key = stringBetween(input, start, end);
  // Only then is each of its characters one byte, and the comparison with bytes holds.
  if (key.length === length) remember(input, start, end, slot, key);
  return key;
}

function slotOf(bytes: Uint8Array, start: number, end: number): number {
  const middle = bytes[(start + end) >>> 1]!;
  return (bytes[start]! * 31 + bytes[end - 1]! * 7 + middle * 131 + (end - start)) & (SLOTS - 1);
}

/** Whether the key of that slot, which is as long, has these bytes. */
function isRemembered(input: AvroInput, start: number, end: number, slot: number): boolean {
  let word = slot * SLOT_WORDS;
  if (end - start < WORD) return words[word] === shortWord(input.bytes, start, end);
  const memory = memoryOf(input);
  const last = input.bytes.byteOffset + end - WORD;
  for (let at = input.bytes.byteOffset + start; at < last; at += WORD) {
    if (memory.getInt32(at) !== words[word++]) return false;
  }
  return memory.getInt32(last) === words[word];
}

function remember(input: AvroInput, start: number, end: number, slot: number, key: string): void {
  remembered[slot] = key;
  let word = slot * SLOT_WORDS;
  if (end - start < WORD) {
    words[word] = shortWord(input.bytes, start, end);
    return;
  }
  const memory = memoryOf(input);
  const last = input.bytes.byteOffset + end - WORD;
  for (let at = input.bytes.byteOffset + start; at < last; at += WORD) words[word++] = memory.getInt32(at);
  // The last four bytes once more where the length is no multiple of four.
  words[word] = memory.getInt32(last);
}

/** One to three bytes: first, middle and last are all. */
function shortWord(bytes: Uint8Array, start: number, end: number): number {
  return (bytes[start]! << 16) | (bytes[(start + end) >>> 1]! << 8) | bytes[end - 1]!;
}
