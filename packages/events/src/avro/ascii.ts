import type { AvroInput } from "./avro-input.ts";

/** Below this length a loop over bytes is as quick. */
const WORDS = 8;
/** Memory larger than this is not kept by {@link latest}. */
const MAX_KEPT_BYTES = 1024 * 1024;
/** The highest bit of each of four bytes. */
const HIGH_BITS = 0x80_80_80_80;

/**
 * The memory that a message lay in last. Messages come in numbers from one piece of memory (64 kB that a socket has
 * read, Node's pool), and a new DataView for each would cost as much as it saves. One such piece stays reachable until
 * the next message from another.
 */
let latest: DataView<ArrayBufferLike> = new DataView(new ArrayBuffer(0));

/**
 * Whether the bytes between two positions are ASCII. Four bytes at a time and two such in one step: most of what a
 * loop over single bytes costs is that the processor cannot foresee its end.
 */
export function isAscii(input: AvroInput, start: number, end: number): boolean {
  const { bytes } = input;
  let bits = 0;
  if (end - start < WORDS) {
    // All bits in one, as a branch for each byte costs a tenth of decoding.
    for (let i = start; i < end; i++) bits |= bytes[i]!;
    return bits < 0x80;
  }
  const memory = (input.memory ??= memoryOf(bytes));
  const last = bytes.byteOffset + end - WORDS;
  for (let i = bytes.byteOffset + start; i < last; i += WORDS) bits |= memory.getInt32(i) | memory.getInt32(i + 4);
  // The last eight once more where the length is no multiple of eight.
  bits |= memory.getInt32(last) | memory.getInt32(last + 4);
  return (bits & HIGH_BITS) === 0;
}

function memoryOf({ buffer }: Uint8Array): DataView<ArrayBufferLike> {
  if (latest.buffer === buffer) return latest;
  const memory = new DataView(buffer);
  if (buffer.byteLength <= MAX_KEPT_BYTES) latest = memory;
  return memory;
}
