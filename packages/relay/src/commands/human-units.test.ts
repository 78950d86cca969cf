import { expect, it } from "@jest/globals";
import { formatBytes, formatCount, formatRate, formatSpan } from "./human-units.ts";

it.each([
  [0, "0 ms"],
  [999, "999 ms"],
  [12_400, "12 s"],
  [60_000, "1 min"],
  [250_000, "4 min 10 s"],
  [7_500_000, "2 h 5 min"],
  [273_600_000, "3 d 4 h"],
])("formatSpan tells %d ms", (ms, expected) => {
  expect(formatSpan(ms)).toBe(expected);
});

it.each([
  [0, "0 B"],
  [812, "812 B"],
  [4_100_000, "4.1 MB"],
  [412_000_000, "412 MB"],
])("formatBytes tells %d", (bytes, expected) => {
  expect(formatBytes(bytes)).toBe(expected);
});

it("groups digits, and shows tenths of slow rates alone", () => {
  expect(formatCount(1_204_000n)).toBe("1,204,000");
  expect([formatRate(0), formatRate(0.42), formatRate(1_234.6)]).toEqual(["0/s", "0.4/s", "1,235/s"]);
});
