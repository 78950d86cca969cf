import { expect, it } from "@jest/globals";
import { readVarint, varintBytes, writeVarint } from "./varint.ts";

it.each([-1, 0, 1, 63, 64, 8_191, 8_192, 1_048_575, 1_048_576, 134_217_727, 134_217_728, 2 ** 30 - 1])(
  "writes and reads %i in as many bytes as it says",
  (value) => {
    const buffer = new Uint8Array(8);
    const end = writeVarint(buffer, 1, value);
    expect(end - 1).toBe(varintBytes(value));
    const cursor = { position: 0 };
    expect(readVarint(buffer, 1, cursor)).toBe(value);
    expect(cursor.position).toBe(end);
  },
);
