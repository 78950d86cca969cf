import { expect, it } from "@jest/globals";
import { cutAt, produceVerdict } from "./produce-verdict.ts";

it.each([
  [0, { kind: "stored" }],
  [46, { kind: "stored" }],
  [45, { kind: "new-identity" }],
  [47, { kind: "new-identity" }],
  [59, { kind: "new-identity" }],
  [10, { kind: "split" }],
  [18, { kind: "split" }],
  [87, { kind: "split" }],
  [6, { kind: "failed", reason: "unavailable", isLeadershipDoubtful: true }],
  [7, { kind: "failed", reason: "unavailable", isLeadershipDoubtful: true }],
  [3, { kind: "failed", reason: "topic-missing", isLeadershipDoubtful: true }],
  [32, { kind: "new-time" }],
  [29, { kind: "failed", reason: "not-authorized", isLeadershipDoubtful: false }],
  [-1, { kind: "failed", reason: "unavailable", isLeadershipDoubtful: true }],
  [9_999, { kind: "failed", reason: "unavailable", isLeadershipDoubtful: true }],
])("error %i about many records", (code, verdict) => {
  expect(produceVerdict(code, 2)).toEqual(verdict);
});

it("does not split one record", () => {
  expect(produceVerdict(10, 1)).toMatchObject({ kind: "failed", reason: "record-too-large" });
  expect(produceVerdict(87, 1)).toMatchObject({ kind: "failed", reason: "record-invalid" });
});

it.each([
  [10, null, 5],
  [3, null, 2],
  [2, null, 1],
  [10, 4, 4],
  [10, 0, 1],
  [10, 12, 5],
])("cuts %i records, %p named, at %i", (records, named, at) => {
  expect(cutAt(records, named)).toBe(at);
});
