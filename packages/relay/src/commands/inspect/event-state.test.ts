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

describe("findingOf", () => {
  it("goes by the cursor", () => {
    expect(findingOf(byEvent, row, null, null).state).toBe("published");
    expect(findingOf(byEvent, { ...row, isBehindCursor: false }, null, null).state).toBe("pending");
  });

  it("takes a parked event for parked, though the cursor is beyond it", () => {
    expect(findingOf(byEvent, row, letter, null)).toMatchObject({
      state: "parked",
      explanation: expect.stringContaining("(record-too-large: no)"),
    });
    expect(findingOf(byEvent, row, { ...letter, state: "behind" }, null).explanation).toContain(
      "behind an earlier parked",
    );
  });

  it("tells a truncated row from one that never was", () => {
    const oldest = { id: 100, occurredAt: new Date(madeAt.getTime() + 1) };
    expect(findingOf(byEvent, null, null, oldest).state).toBe("truncated");
    expect(findingOf(byEvent, null, null, { ...oldest, occurredAt: madeAt }).state).toBe("unknown");
    expect(findingOf(byEvent, null, null, null).state).toBe("truncated");
    expect(findingOf({ by: "row-id", rowId: 99 }, null, null, oldest).state).toBe("truncated");
    expect(findingOf({ by: "row-id", rowId: 101 }, null, null, oldest).state).toBe("unknown");
    expect(
      findingOf({ by: "event-id", eventId: "9b2f7f7e-0000-4000-8000-000000000000" }, null, null, oldest).state,
    ).toBe("unknown");
  });
});

it("uuidTime reads version 7 alone", () => {
  expect(uuidTime(eventId)?.toISOString()).toBe(madeAt.toISOString());
  expect(uuidTime("9b2f7f7e-0000-4000-8000-000000000000")).toBeNull();
});
