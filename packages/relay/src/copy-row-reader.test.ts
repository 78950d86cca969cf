import { describe, expect, it } from "@jest/globals";
import { CopyRowReader } from "./copy-row-reader.ts";

const SIGNATURE = Buffer.from("PGCOPY\n\xff\r\n\0", "latin1");

function field(bytes: Buffer | null): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(bytes?.length ?? -1);
  return Buffer.concat([length, bytes ?? Buffer.alloc(0)]);
}

function int64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
}

function tuple(id: bigint, key: string | null, payload: Buffer): Buffer {
  const fields = [
    int64(id),
    Buffer.from("orders.order"),
    key === null ? null : Buffer.from(key),
    int64(-5n),
    payload,
    Buffer.from([0]),
    int64(1_500_000n), // 1.5 s after 2000-01-01
  ];
  return Buffer.concat([Buffer.from([0, 7]), ...fields.map(field)]);
}

function file(...tuples: Buffer[]): Buffer {
  return Buffer.concat([SIGNATURE, Buffer.alloc(8), ...tuples, Buffer.from([0xff, 0xff])]);
}

describe("CopyRowReader", () => {
  const bytes = file(tuple(1n, "k-ä", Buffer.from([1, 2, 3])), tuple(2n, null, Buffer.alloc(0)));

  it.each([1, 2, 3, 7, 1_000])("reads rows from chunks of %d bytes", (size) => {
    const reader = new CopyRowReader(1_000);
    for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
    reader.end();
    expect(reader.rows).toBe(2);
    expect(reader.events).toEqual([
      {
        id: 1n,
        topic: "orders.order",
        key: "k-ä",
        schemaId: -5n,
        payload: Buffer.from([1, 2, 3]),
        headers: Buffer.from([0]),
        occurredAt: Date.UTC(2000, 0, 1) + 1_500,
      },
      expect.objectContaining({ id: 2n, key: null, payload: Buffer.alloc(0) }),
    ]);
  });

  it("keeps the first row whatever it weighs, and counts what it leaves out", () => {
    const reader = new CopyRowReader(10);
    reader.push(
      file(tuple(1n, "k", Buffer.alloc(100)), tuple(2n, "k", Buffer.alloc(1)), tuple(3n, "k", Buffer.alloc(1))),
    );
    reader.end();
    expect(reader.events.map(({ id }) => id)).toEqual([1n]);
    expect(reader).toMatchObject({ rows: 3, wasCut: true });
  });

  it("throws when the trailer is missing", () => {
    const reader = new CopyRowReader(1_000);
    reader.push(bytes.subarray(0, -2));
    expect(() => reader.end()).toThrow("ended before its trailer");
  });

  it("throws on another format and on other columns", () => {
    expect(() => new CopyRowReader(1).push(Buffer.from("1\tabc\n2\tdef\n3\tghi\n4\tjkl\n"))).toThrow(
      "not PostgreSQL's binary COPY",
    );
    expect(() => new CopyRowReader(1).push(file(Buffer.from([0, 1, 0, 0, 0, 0])))).toThrow("has 1 columns, not 7");
  });
});
