import { copyWithin } from "./lz-copy.ts";

/*
A raw Snappy block: the uncompressed length as a varint, then elements by their tag byte's low two bits
  00 literal: (tag >> 2) + 1 bytes follow; 60 to 63 there mean that 1 to 4 bytes with the length - 1 come first
  01 copy of ((tag >> 2) & 7) + 4 bytes from up to 2 KiB back: the offset's low byte follows, its high bits are the tag's
  10 copy of (tag >> 2) + 1 bytes, the offset in 2 bytes        11 the same, the offset in 4 bytes
https://github.com/google/snappy/blob/main/format_description.txt

Java's producers frame such blocks (snappy-java): an 8-byte magic, two int32 versions, then [int32 length, block] (big-endian).
*/
const framedMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const framedHeaderBytes = 16;

/** Undoes Snappy, framed or raw. @throws RangeError for anything else, or for more than `maxOutputBytes` */
export function decompressSnappy(input: Buffer, maxOutputBytes: number): Buffer {
  if (!input.subarray(0, framedMagic.length).equals(framedMagic)) return decompressBlock(input, maxOutputBytes);
  const blocks: Buffer[] = [];
  let outputBytes = 0;
  for (let position = framedHeaderBytes; position < input.length; ) {
    const start = position + 4;
    const end = start + input.readInt32BE(position);
    if (end < start || end > input.length) throw new RangeError("a Snappy block ends outside of its frame");
    const block = decompressBlock(input.subarray(start, end), maxOutputBytes - outputBytes);
    outputBytes += block.length;
    blocks.push(block);
    position = end;
  }
  return Buffer.concat(blocks);
}

function decompressBlock(input: Buffer, maxOutputBytes: number): Buffer {
  const header = readLength(input);
  if (header.length > maxOutputBytes) throw new RangeError(`Snappy claims ${header.length} bytes`);
  const output = Buffer.allocUnsafe(header.length);
  let written = 0;
  for (let position = header.bytes; position < input.length; ) {
    const element = readElement(input, position);
    position = element.next;
    if (element.length > output.length - written) throw new RangeError("Snappy holds more than it claims");
    if (element.offset === 0) {
      if (element.length > input.length - position) throw new RangeError("a Snappy literal is cut");
      input.copy(output, written, position, position + element.length);
      position += element.length;
    } else {
      copyWithin(output, written, element.offset, element.length);
    }
    written += element.length;
  }
  if (written !== output.length) throw new RangeError("Snappy holds less than it claims");
  return output;
}

interface Element {
  readonly length: number;
  /** How far back a copy begins; 0 for a literal. */
  readonly offset: number;
  readonly next: number;
}

function readElement(input: Buffer, position: number): Element {
  const tag = input.readUInt8(position);
  const upper = tag >>> 2;
  switch (tag & 3) {
    case 0: {
      if (upper < 60) return { length: upper + 1, offset: 0, next: position + 1 };
      const lengthBytes = upper - 59;
      const length = input.readUIntLE(position + 1, lengthBytes) + 1;
      return { length, offset: 0, next: position + 1 + lengthBytes };
    }
    case 1:
      return copy((upper & 7) + 4, ((tag >>> 5) << 8) | input.readUInt8(position + 1), position + 2);
    case 2:
      return copy(upper + 1, input.readUInt16LE(position + 1), position + 3);
    default:
      return copy(upper + 1, input.readUInt32LE(position + 1), position + 5);
  }
}

function copy(length: number, offset: number, next: number): Element {
  if (offset === 0) throw new RangeError("a Snappy copy of itself");
  return { length, offset, next };
}

function readLength(input: Buffer): { length: number; bytes: number } {
  let length = 0;
  for (let bytes = 0; bytes < 5; bytes += 1) {
    const byte = input.readUInt8(bytes);
    length += (byte & 0x7f) * 2 ** (7 * bytes);
    if (byte < 0x80) return { length, bytes: bytes + 1 };
  }
  throw new RangeError("Snappy's length is no varint");
}
