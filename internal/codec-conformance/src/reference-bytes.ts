/** Two's complement, big-endian, in `size` bytes or as few as can be: the slow and plain way, to test the quick one. */
export function bytesOfUnscaled(unscaled: bigint, size: number | null): Buffer {
  let width = size ?? 1;
  while (BigInt.asIntN(width * 8, unscaled) !== unscaled) width++;
  const hex = BigInt.asUintN(width * 8, unscaled).toString(16);
  return Buffer.from(hex.padStart(width * 2, "0"), "hex");
}

/** The 16 bytes of a UUID's text. */
export function bytesOfUuid(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll("-", ""), "hex");
}
