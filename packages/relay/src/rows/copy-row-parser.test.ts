import { describe, expect, it } from "@jest/globals";
import { CopyRowParser } from "./copy-row-parser.ts";
import { emptyRowView, rowKey, rowSchemaId } from "./row-view.ts";
import { TopicNames } from "./topic-names.ts";

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
    Buffer.from([0, 63]),
    Buffer.from("orders.order"),
    key === null ? null : Buffer.from(key),
    int64(-5n),
    payload,
    Buffer.from([0]),
    int64(1_500_999n), // 1.500999 s after 2000-01-01
  ];
  return Buffer.concat([Buffer.from([0, 8]), ...fields.map(field)]);
}

const HEADER = Buffer.concat([SIGNATURE, Buffer.alloc(8)]);
const TRAILER = Buffer.from([0xff, 0xff]);

/** The rows in messages, each somewhere inside a chunk. */
function read(messages: readonly Buffer[]): unknown[] {
  const parser = new CopyRowParser(new TopicNames());
  const view = emptyRowView();
  const rows: unknown[] = [];
  for (const message of messages) {
    const chunk = Buffer.concat([Buffer.from("before"), message, Buffer.from("after")]);
    if (!parser.read(chunk, 6, 6 + message.length, view)) continue;
    const { id, shard, topic, occurredAtMs } = view;
    const payload = [...view.bytes.subarray(view.payloadStart, view.payloadEnd)];
    const headers = [...view.bytes.subarray(view.headersStart, view.headersEnd)];
    rows.push({ id, shard, topic, key: rowKey(view), schemaId: rowSchemaId(view), payload, headers, occurredAtMs });
  }
  parser.end();
  return rows;
}

describe("CopyRowParser", () => {
  const large = 2n ** 53n - 1n;
  const first = tuple(1n, "k-ä", Buffer.from([1, 2, 3]));
  const second = tuple(large, null, Buffer.alloc(0));

  it.each([
    ["with the first row", [Buffer.concat([HEADER, first])]],
    ["alone", [HEADER, first]],
  ])("reads rows, the file's header %s", (_, begin) => {
    const common = { shard: 63, topic: "orders.order", schemaId: -5n, headers: [0] };
    const occurredAtMs = Date.UTC(2000, 0, 1) + 1_500;
    expect(read([...begin, second, TRAILER])).toEqual([
      { ...common, id: 1, key: "k-ä", payload: [1, 2, 3], occurredAtMs },
      { ...common, id: Number(large), key: null, payload: [], occurredAtMs },
    ]);
  });

  it("throws when the trailer is missing", () => {
    expect(() => read([HEADER, first])).toThrow("ended before its trailer");
  });

  it("throws on a row that is cut, or longer than its message", () => {
    expect(() => read([HEADER, first.subarray(0, -1)])).toThrow("does not fill its message");
    expect(() => read([HEADER, Buffer.concat([first, second])])).toThrow("does not fill its message");
  });

  it("throws on another format and on other columns", () => {
    expect(() => read([Buffer.from("1\tabc\n2\tdef\n3\tghi\n4\tjkl\n")])).toThrow("not PostgreSQL's binary COPY");
    expect(() => read([HEADER, Buffer.from([0, 1, 0, 0, 0, 0])])).toThrow("has 1 columns, not 8");
  });
});

describe("TopicNames", () => {
  it("gives one string for the same bytes, wherever they are", () => {
    const names = new TopicNames();
    const bytes = Buffer.from("ab ab é abc");
    expect([names.at(bytes, 0, 2), names.at(bytes, 3, 5), names.at(bytes, 6, 8), names.at(bytes, 9, 12)]).toEqual([
      "ab",
      "ab",
      "é",
      "abc",
    ]);
    bytes.fill(0x7a); // it keeps no view of what it was given
    expect(names.at(Buffer.from("ab"), 0, 2)).toBe("ab");
    expect(names.at(bytes, 0, 2)).toBe("zz");
  });

  it("survives more names than it keeps", () => {
    const names = new TopicNames();
    for (let n = 0; n < 25_000; n++) {
      const bytes = Buffer.from(`topic-${n}`);
      expect(names.at(bytes, 0, bytes.length)).toBe(`topic-${n}`);
    }
  });
});
