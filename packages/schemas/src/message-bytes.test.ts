import { expect, it } from "@jest/globals";
import { messageCandidates, type MessageEncoding } from "./message-bytes.ts";

function read(text: string, encoding: MessageEncoding = "auto"): readonly string[] {
  return messageCandidates(Buffer.from(text, "latin1"), encoding).map(
    (candidate) => `${candidate.encoding} ${Buffer.from(candidate.bytes).toString("hex")}`,
  );
}

it.each([
  ["0a0B\n", "hex 0a0b", ["base64", "binary"]],
  ["\\x00ff", "hex 00ff", ["binary"]],
  ["0x00ff", "hex 00ff", ["base64", "binary"]],
  ["AP8=", "base64 00ff", ["binary"]],
  ["_-8", "base64 ffef", ["binary"]],
  ["abcde", "binary 6162636465", []],
  ["\u0000\u0002a", "binary 000261", []],
])("takes %j for %s first", (text, first, others) => {
  const found = read(text);
  expect(found[0]).toBe(first);
  expect(found.slice(1).map((line) => line.split(" ")[0])).toEqual(others);
});

it("takes only the encoding that is named", () => {
  expect(read("AP8=", "base64")).toEqual(["base64 00ff"]);
  expect(read("AP8=", "hex")).toEqual([]);
  expect(read("0a", "binary")).toEqual(["binary 3061"]);
});
