import { beforeEach, describe, expect, it } from "@jest/globals";
import type { ProblemReason } from "../publishing/send-verdict.ts";
import { emptyRowView } from "../rows/row-view.ts";
import { TopicTroubles } from "./topic-troubles.ts";

const row = { ...emptyRowView(), topic: "t", schemaIdLow: 1 };
const otherSchema = { ...row, schemaIdLow: 2 };
const missing = { reason: "topic-missing", topic: "t", message: "no such topic" } as const;
const unknown = { reason: "schema-unknown" as ProblemReason, topic: "t", message: "not known" };

let now: number;
let troubles: TopicTroubles;
beforeEach(() => {
  now = 0;
  troubles = new TopicTroubles({ parkAfterMs: 30, trialMs: 10, forgetMs: 50, now: () => now });
});

describe("TopicTroubles", () => {
  it("waits, then closes the topic, and tries it again now and then", () => {
    expect(troubles.closed(row)).toBeNull();
    expect(troubles.note(missing, row)).toBe(false);
    expect(troubles.closed(row)).toBeNull();
    now = 29;
    expect(troubles.note(missing, row)).toBe(false);
    now = 30;
    expect(troubles.note(missing, null)).toBe(true);
    expect(troubles.closed(row)).toEqual(missing);
    expect(troubles.closed({ ...row, topic: "other" })).toBeNull();
    now = 40;
    expect(troubles.closed(row)).toBeNull(); // a trial
    expect(troubles.note(missing, row)).toBe(true); // which fails: no waiting once more
    expect(troubles.closed(row)).toEqual(missing);
  });

  it("closes one schema of a topic", () => {
    troubles.note(unknown, row);
    now = 30;
    expect(troubles.note(unknown, row)).toBe(true);
    expect(troubles.closed(row)).toEqual(unknown);
    expect(troubles.closed(otherSchema)).toBeNull();
    expect(troubles.note(unknown, otherSchema)).toBe(false);
  });

  it("forgets what did not come again after a row was let through, also while it waited", () => {
    troubles.note(missing, row);
    now = 5;
    expect(troubles.closed(row)).toBeNull();
    now = 56;
    expect(troubles.note(missing, row)).toBe(false);
  });

  it("remembers as long as nothing is tried", () => {
    troubles.note(missing, row);
    now = 30;
    troubles.note(missing, row);
    now = 10_000;
    expect(troubles.closed(row)).toBeNull();
    expect(troubles.note(missing, row)).toBe(true);
  });

  it("keeps problems of one topic apart", () => {
    troubles.note(missing, row);
    now = 30;
    expect(troubles.note({ ...missing, reason: "not-authorized" }, row)).toBe(false);
    expect(troubles.note(missing, row)).toBe(true);
  });
});
