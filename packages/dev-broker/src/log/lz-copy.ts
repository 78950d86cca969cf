/** Copies what was written `offset` bytes ago. Byte by byte, as the two may overlap: that is how runs are encoded. */
export function copyWithin(output: Buffer, at: number, offset: number, length: number): void {
  if (offset > at) throw new RangeError("a copy begins before the output");
  if (offset >= length) {
    output.copyWithin(at, at - offset, at - offset + length);
    return;
  }
  for (let index = at; index < at + length; index += 1) output.writeUInt8(output.readUInt8(index - offset), index);
}
