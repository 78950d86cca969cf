import { describe, expect, it } from "@jest/globals";
import { checkForeignXids, checkIdentity, checkXids } from "./database-checks.ts";
import type { DatabaseIdentity } from "../sql/database-identity.ts";
import { parseSnapshot } from "../cursors/snapshot.ts";

const here: DatabaseIdentity = { systemIdentifier: "7", timeline: 3, databaseOid: 5 };

describe("checkIdentity", () => {
  it.each([
    ["a cursor that was never used", null],
    ["the same database", here],
    ["a later timeline", { ...here, timeline: 2 }],
    ["a server that did not tell", { ...here, systemIdentifier: null, timeline: null }],
  ])("takes %s", (_, stored) => {
    expect(() => checkIdentity(stored, here)).not.toThrow();
  });

  it.each([
    ["another cluster", { ...here, systemIdentifier: "8" }, "system identifier 7 instead of 8"],
    ["another database", { ...here, databaseOid: 6 }, "database oid 5 instead of 6"],
    ["an earlier timeline", { ...here, timeline: 4 }, "timeline 3, which is before 4"],
  ])("refuses %s", (_, stored, message) => {
    expect(() => checkIdentity(stored, here)).toThrow(
      expect.objectContaining({ code: "DATABASE_CHANGED", message: expect.stringContaining(message) }),
    );
  });
});

describe("checkXids", () => {
  const cursor = { s1: parseSnapshot("10:10:"), s2: null, lastId: 0 };

  it("takes a database that went on", () => {
    expect(() => checkXids(cursor, parseSnapshot("10:10:"))).not.toThrow();
  });

  it("refuses one that is behind the cursor, also behind its open window", () => {
    const behind = expect.objectContaining({ code: "XIDS_WENT_BACK" });
    expect(() => checkXids(cursor, parseSnapshot("9:9:"))).toThrow(behind);
    expect(() => checkXids({ ...cursor, s2: parseSnapshot("20:20:") }, parseSnapshot("15:15:"))).toThrow(behind);
  });
});

it("checkForeignXids refuses rows from the future", () => {
  const state = { snapshot: parseSnapshot("9:9:"), lastSequenceId: 1 };
  expect(() => checkForeignXids({ ...state, hasForeignXids: false })).not.toThrow();
  expect(() => checkForeignXids({ ...state, hasForeignXids: true })).toThrow(
    expect.objectContaining({ code: "XIDS_WENT_BACK" }),
  );
});
