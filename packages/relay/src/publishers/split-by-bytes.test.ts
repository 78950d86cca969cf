import { expect, it } from "@jest/globals";
import type { OutgoingRecord } from "./publisher.ts";
import { recordBytes, splitByBytes } from "./split-by-bytes.ts";

const record = (bytes: number): OutgoingRecord => ({
  topic: "t",
  key: null,
  value: Buffer.alloc(bytes),
  headers: Buffer.alloc(0),
});

it("fills runs up to the limit and keeps the order; what is too heavy goes alone", () => {
  const records = [10, 20, 500, 5, 5, 5].map(record);
  const limit = recordBytes(record(10)) + recordBytes(record(20));
  const runs = splitByBytes(records, limit);
  expect(runs.flat()).toEqual(records);
  expect(runs.map((run) => run.map(({ value }) => value.length))).toEqual([[10, 20], [500], [5, 5], [5]]);
});

it("makes no run of nothing", () => {
  expect(splitByBytes([], 10)).toEqual([]);
});
