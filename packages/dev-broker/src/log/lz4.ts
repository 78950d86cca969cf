import { copyWithin } from "./lz-copy.ts";

/*
LZ4 frame => magic FLG BD [contentSize] headerChecksum [block] endMark [contentChecksum]      (little-endian)
  magic => UINT32 0x184D2204
  FLG => version (bits 6-7: 1), block checksums (4), content size (3), content checksum (2)
  BD => the greatest size of a block (bits 4-6: 4 to 7 for 64 KiB to 4 MiB)
  contentSize => UINT64   headerChecksum => INT8
  block => UINT32 length, its high bit set when the block is not compressed; data; [UINT32 checksum]
  endMark => UINT32 0

LZ4 block => [token, [more literal length], literals, offset, [more match length]]
https://github.com/lz4/lz4/tree/dev/doc. The checksums (xxHash) are skipped: the batch's own covers the same bytes.
*/
const frameMagic = 0x184d2204;
const minMatch = 4;

/** Undoes an LZ4 frame. @throws RangeError for anything else, or for more than `maxOutputBytes` */
export function decompressLz4(input: Buffer, maxOutputBytes: number): Buffer {
  if (input.readUInt32LE(0) !== frameMagic) throw new RangeError("no LZ4 frame");
  const flags = input.readUInt8(4);
  const sizeCode = (input.readUInt8(5) >>> 4) & 7;
  if (flags >>> 6 !== 1 || sizeCode < 4) throw new RangeError("an LZ4 frame of another version");
  const maxBlockBytes = 2 ** (8 + 2 * sizeCode);
  const checksumBytes = flags & 0x10 ? 4 : 0;
  const output = new LzOutput(maxOutputBytes);
  for (let position = flags & 0x08 ? 15 : 7; ; ) {
    const size = input.readUInt32LE(position);
    if (size === 0) return output.finish();
    const start = position + 4;
    const end = start + (size & 0x7fffffff);
    if (end > input.length || end - start > maxBlockBytes) throw new RangeError("an LZ4 block is cut or too large");
    const block = input.subarray(start, end);
    if (size >= 0x80000000) output.literal(block);
    else decompressBlock(block, output);
    position = end + checksumBytes;
  }
}

function decompressBlock(block: Buffer, output: LzOutput): void {
  for (let position = 0; ; ) {
    const token = block.readUInt8(position);
    const literals = readLength(block, position + 1, token >>> 4);
    const literalsEnd = literals.next + literals.length;
    if (literalsEnd > block.length) throw new RangeError("an LZ4 literal is cut");
    output.literal(block.subarray(literals.next, literalsEnd));
    if (literalsEnd === block.length) return; // the last sequence has no match
    const offset = block.readUInt16LE(literalsEnd);
    if (offset === 0) throw new RangeError("an LZ4 match of itself");
    const match = readLength(block, literalsEnd + 2, token & 15);
    output.match(offset, match.length + minMatch);
    position = match.next;
  }
}

/** A length of 15 goes on in the bytes that follow, as long as they are 255. */
function readLength(block: Buffer, position: number, start: number): { length: number; next: number } {
  let length = start;
  let next = position;
  for (let more = start === 15; more; next += 1) {
    const byte = block.readUInt8(next);
    length += byte;
    more = byte === 255;
  }
  return { length, next };
}

/** The output so far, which later blocks may refer to. */
class LzOutput {
  readonly #maxBytes: number;
  #bytes = Buffer.allocUnsafe(65_536);
  #length = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  literal(bytes: Buffer): void {
    const at = this.#grow(bytes.length);
    bytes.copy(this.#bytes, at);
  }

  match(offset: number, length: number): void {
    const at = this.#grow(length);
    copyWithin(this.#bytes, at, offset, length);
  }

  finish(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #grow(length: number): number {
    const at = this.#length;
    this.#length += length;
    if (this.#length > this.#maxBytes) throw new RangeError(`LZ4 inflates to more than ${this.#maxBytes} bytes`);
    if (this.#length > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#length, this.#bytes.length * 2));
      this.#bytes.copy(larger, 0, 0, at);
      this.#bytes = larger;
    }
    return at;
  }
}
