import { expect, it } from "@jest/globals";
import { FlagReader } from "./flag-reader.ts";

const now = new Date("2026-11-21T10:00:00Z");

it("reads what is right", () => {
  const read = new FlagReader({ fromId: "4711", rate: "0.5", key: ["a", "b"], from: "1h", dryRun: true, count: "3" });
  expect([read.rowId("--from-id"), read.decimal("--rate", { least: 0.1, most: 9 })]).toEqual([4711, 0.5]);
  expect(read.texts("--key")).toEqual(["a", "b"]);
  expect(read.instant("--from", now)?.toISOString()).toBe("2026-11-21T09:00:00.000Z");
  expect([read.has("--dry-run"), read.has("--json"), read.text("--dry-run")]).toEqual([true, false, null]);
  expect([read.integer("--count", { least: 1, most: 3 }), read.integer("--none", { least: 1, most: 3 })]).toEqual([
    3,
    null,
  ]);
  expect(read.problems).toEqual([]);
});

it("keeps every problem", () => {
  const read = new FlagReader({ fromId: "x", rate: "1e9", key: ["a", " "], from: "now", count: "4", topic: "" });
  read.rowId("--from-id");
  read.decimal("--rate", { least: 0.1, most: 9 });
  read.texts("--key");
  read.instant("--from", now);
  read.integer("--count", { least: 1, most: 3 });
  read.text("--topic");
  expect(read.problems).toEqual([
    '--from-id: expects the id of a row of waybill.outbox, such as 4711, not "x"',
    '--rate: expects a number from 0.1 to 9, not "1e9"',
    "--key: expects a text that is not empty",
    expect.stringContaining("--from: expects a time with its zone such as 2026-11-21T09:30:00Z"),
    '--count: expects a whole number from 1 to 3, not "4"',
    "--topic: expects a text that is not empty",
  ]);
});
