import { expect, it } from "@jest/globals";
import { deadLetterOf } from "./dead-letter.ts";
import type { KafkaRecord, RecordHeader } from "./kafka-port.ts";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

const record: KafkaRecord = {
  topic: "orders.order",
  partition: 3,
  offset: 9_007_199_254_740_993n,
  timestampMs: 1_700_000_000_123,
  key: text("order-1"),
  value: Uint8Array.of(0, 0, 0, 0, 7, 255),
  headers: [
    ["ce_id", text("id")],
    ["trace", null],
    ["x", text("1")],
    ["x", text("2")],
  ],
};
const cause = {
  groupId: "billing",
  reason: "attempts-exhausted",
  error: { name: "TypeError", code: null, message: "größer" },
  attempts: 5,
  failedAt: new Date("2026-11-21T06:00:00Z"),
} as const;

function readable(headers: readonly RecordHeader[]): unknown[] {
  return headers.map(([name, value]) => [name, value === null ? null : new TextDecoder().decode(value)]);
}

it("keeps key, value and headers, and adds the reason", () => {
  const letter = deadLetterOf(record, cause);
  expect(letter.key).toBe(record.key);
  expect(letter.value).toBe(record.value);
  expect(letter.headers.slice(0, 4)).toEqual(record.headers);
  expect(readable(letter.headers.slice(4))).toEqual([
    ["dl_reason", "attempts-exhausted"],
    ["dl_error", "TypeError"],
    ["dl_message", "größer"],
    ["dl_attempts", "5"],
    ["dl_group", "billing"],
    ["dl_topic", "orders.order"],
    ["dl_partition", "3"],
    ["dl_offset", "9007199254740993"],
    ["dl_timestamp", "1700000000123"],
    ["dl_failed_at", "2026-11-21T06:00:00.000Z"],
  ]);
});

it("replaces the reason of an earlier death", () => {
  const again = deadLetterOf({ ...record, headers: deadLetterOf(record, cause).headers }, { ...cause, attempts: 1 });
  expect(again.headers).toHaveLength(deadLetterOf(record, cause).headers.length);
  expect(readable(again.headers)).toContainEqual(["dl_attempts", "1"]);
  expect(readable(again.headers)).not.toContainEqual(["dl_attempts", "5"]);
});

it("names the error's code where there is one", () => {
  const letter = deadLetterOf(record, { ...cause, error: { ...cause.error, code: "P2002" } });
  expect(readable(letter.headers)).toContainEqual(["dl_code", "P2002"]);
});
