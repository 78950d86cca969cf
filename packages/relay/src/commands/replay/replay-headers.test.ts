import { expect, it } from "@jest/globals";
import { decodeRecordHeaders, encodeRecordHeaders } from "@waybill/events";
import { appendHeaders } from "./replay-headers.ts";

it.each([0, 1, 61, 62, 63, 64, 200])("appends to %d headers, whatever their bytes", (count) => {
  const pairs = Array.from({ length: count }, (_, n) => [`h${n}`, "é".repeat(n)] as const);
  const bytes = appendHeaders(encodeRecordHeaders(pairs), [
    ["a", "1"],
    ["b", "2"],
  ]);
  const read = decodeRecordHeaders(bytes).map(([name, value]) => [name, Buffer.from(value).toString()]);
  expect(read).toEqual([...pairs, ["a", "1"], ["b", "2"]]);
});

it("keeps values that are not text", () => {
  const binary = Buffer.concat([Buffer.of(2, 2, 0x78, 6), Buffer.of(0xff, 0, 0xfe)]);
  expect([...(decodeRecordHeaders(appendHeaders(binary, [["a", ""]]))[0]?.[1] ?? [])]).toEqual([0xff, 0, 0xfe]);
});

it("refuses what are no headers", () => {
  expect(() => appendHeaders(Buffer.of(4, 2), [["a", "1"]])).toThrow("cut short");
});
