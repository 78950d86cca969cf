import { expect, it } from "@jest/globals";
import { laneNames, requireKnownDatabase } from "./known-database.ts";

it("names bookmarks by the database and the group, the transactional id by a hash of it", () => {
  const known = { systemIdentifier: "7123", timeline: 4, databaseOid: 5 };
  expect(laneNames("waybill", known, 3)).toEqual({
    key: "7123/5/3",
    transactionalId: expect.stringMatching(/^waybill-[0-9a-f]{16}-3$/),
  });
  // A failover changes the timeline, and must not change who is fenced.
  expect(laneNames("waybill", { ...known, timeline: 9 }, 3)).toEqual(laneNames("waybill", known, 3));
  expect(laneNames("waybill", { ...known, databaseOid: 6 }, 3)).not.toEqual(laneNames("waybill", known, 3));
});

it.each([
  { systemIdentifier: null, timeline: 1, databaseOid: 5 },
  { systemIdentifier: "7", timeline: null, databaseOid: 5 },
])("knows no database where the server hides what it is: %#", (identity) => {
  expect(() => requireKnownDatabase(identity)).toThrow(expect.objectContaining({ code: "EXACTLY_ONCE_IMPOSSIBLE" }));
});
