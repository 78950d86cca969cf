import { describe, expect, it } from "@jest/globals";
import type { FoundDeadLetter, FoundRow } from "../../sql/find-event.ts";
import { findingOf, uuidTime } from "./event-state.ts";

const eventId = "019aa5b2-8c1e-7d3f-9a4b-0c6d2e8f1a5b";
const madeAt = new Date(0x019aa5b28c1e);
const byEvent = { by: "event-id", eventId } as const;
const row: FoundRow = {
  rowId: 7,
  eventId,
  shard: 3,
  topic: "t",
  key: "k",
  schemaId: 1n,
  payload: Buffer.alloc(0),
  headers: Buffer.alloc(1),
  occurredAt: madeAt,
  isBehindCursor: true,
};
const { isBehindCursor: _, ...stored } = row;
const letter: FoundDeadLetter = {
  ...stored,
  state: "parked",
  reason: "record-too-large",
  message: "no",
  parkedAt: madeAt,
};

const none = { row: null, deadLetter: null, discard: null };

describe("findingOf", () => {
  it("goes by the cursor", () => {
    expect(findingOf(byEvent, { ...none, row }, null).state).toBe("published");
    expect(findingOf(byEvent, { ...none, row: { ...row, isBehindCursor: false } }, null).state).toBe("pending");
  });

  it("takes a parked event for parked, though the cursor is beyond it", () => {
    expect(findingOf(byEvent, { ...none, row, deadLetter: letter }, null)).toMatchObject({
      state: "parked",
      explanation: expect.stringContaining("(record-too-large: no)"),
    });
    expect(
      findingOf(byEvent, { ...none, row, deadLetter: { ...letter, state: "behind" } }, null).explanation,
    ).toContain("behind an earlier parked");
  });

  it("takes a discarded event for that, whether its row is still there or not", () => {
    const discard = { rowId: 7, eventId, at: madeAt, by: "jane", why: "a test" };
    const finding = {
      state: "discarded",
      explanation: expect.stringContaining(`jane gave it up at ${madeAt.toISOString()}: a test.`),
    };
    expect(findingOf(byEvent, { ...none, row, discard }, null)).toEqual(finding);
    expect(findingOf(byEvent, { ...none, discard }, null)).toEqual(finding);
  });

  it("tells a truncated row from one that never was", () => {
    const oldest = { id: 100, occurredAt: new Date(madeAt.getTime() + 1) };
    expect(findingOf(byEvent, none, oldest).state).toBe("truncated");
    expect(findingOf(byEvent, none, { ...oldest, occurredAt: madeAt }).state).toBe("unknown");
    expect(findingOf(byEvent, none, null).state).toBe("truncated");
    expect(findingOf({ by: "row-id", rowId: 99 }, none, oldest).state).toBe("truncated");
    expect(findingOf({ by: "row-id", rowId: 101 }, none, oldest).state).toBe("unknown");
    expect(findingOf({ by: "event-id", eventId: "9b2f7f7e-0000-4000-8000-000000000000" }, none, oldest).state).toBe(
      "unknown",
    );
  });
});

it("uuidTime reads version 7 alone", () => {
  expect(uuidTime(eventId)?.toISOString()).toBe(madeAt.toISOString());
  expect(uuidTime("9b2f7f7e-0000-4000-8000-000000000000")).toBeNull();
});
