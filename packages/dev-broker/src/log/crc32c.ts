const polynomial = 0x82f63b78;
const slices = 8;

/** tables[k][b]: the CRC of byte b followed by k zero bytes (slicing by 8). */
const tables = buildTables();
const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as [
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
];

/** CRC-32C (Castagnoli) of the bytes from `start` on, as record batches carry it. Unsigned. */
export function crc32c(bytes: Uint8Array, start = 0): number {
  let crc = 0xffffffff;
  let position = start;
  for (const last = bytes.length - slices; position <= last; position += slices) {
    crc ^=
      byteAt(bytes, position) |
      (byteAt(bytes, position + 1) << 8) |
      (byteAt(bytes, position + 2) << 16) |
      (byteAt(bytes, position + 3) << 24);
    crc =
      entry(t7, crc & 0xff) ^
      entry(t6, (crc >>> 8) & 0xff) ^
      entry(t5, (crc >>> 16) & 0xff) ^
      entry(t4, crc >>> 24) ^
      entry(t3, byteAt(bytes, position + 4)) ^
      entry(t2, byteAt(bytes, position + 5)) ^
      entry(t1, byteAt(bytes, position + 6)) ^
      entry(t0, byteAt(bytes, position + 7));
  }
  for (; position < bytes.length; position += 1) {
    crc = entry(t0, (crc ^ byteAt(bytes, position)) & 0xff) ^ (crc >>> 8);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

function buildTables(): Uint32Array[] {
  const first = Uint32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    return crc;
  });
  const built = [first];
  for (let slice = 1; slice < slices; slice += 1) {
    const previous = built[slice - 1] ?? first;
    built.push(previous.map((crc) => (crc >>> 8) ^ entry(first, crc & 0xff)));
  }
  return built;
}

// The callers stay within bounds; `as` costs nothing, where a default would cost a branch per byte.
function byteAt(bytes: Uint8Array, index: number): number {
  return bytes[index] as number;
}

function entry(table: Uint32Array, index: number): number {
  return table[index] as number;
}
