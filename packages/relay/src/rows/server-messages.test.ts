import { describe, expect, it } from "@jest/globals";
import { ServerMessages } from "./server-messages.ts";

function message(code: string, body: string): Buffer {
  const head = Buffer.alloc(5);
  head.write(code);
  head.writeInt32BE(4 + Buffer.byteLength(body), 1);
  return Buffer.concat([head, Buffer.from(body)]);
}

function cut(bytes: Buffer, chunkBytes: number): string[] {
  const messages = new ServerMessages();
  const found: string[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    messages.push(Buffer.from(bytes.subarray(at, at + chunkBytes)));
    while (messages.next()) {
      const body = messages.bytes.toString("utf8", messages.start, messages.end);
      found.push(`${String.fromCharCode(messages.code)}${body.length > 9 ? body.length : body}`);
    }
  }
  return found;
}

describe("ServerMessages", () => {
  const bytes = Buffer.concat([
    message("H", ""),
    message("d", "abc"),
    message("d", "x".repeat(9_000)),
    message("c", ""),
  ]);

  it.each([1, 2, 4, 5, 6, 7, 12, 13, 14, 4_000, 9_017, 100_000])("finds them in chunks of %d bytes", (size) => {
    expect(cut(bytes, size)).toEqual(["H", "dabc", "d9000", "c"]);
  });

  it("finds what follows one that was larger than what it keeps", () => {
    const large = message("d", "x".repeat(3 << 20));
    expect(cut(Buffer.concat([large, large, message("c", "")]), 65_536)).toEqual([`d${3 << 20}`, `d${3 << 20}`, "c"]);
  });

  it("gives back what it has not looked at", () => {
    const messages = new ServerMessages();
    messages.push(bytes);
    for (const _ of [1, 2]) messages.next();
    expect(Buffer.concat(messages.rest())).toEqual(bytes.subarray(5));
    expect(Buffer.concat(messages.after())).toEqual(bytes.subarray(13));
  });
});
