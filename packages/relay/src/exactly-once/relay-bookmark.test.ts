import { describe, expect, it } from "@jest/globals";
import type { Cursor } from "../cursors/cursor.ts";
import { parseSnapshot } from "../cursors/snapshot.ts";
import {
  type DatabaseSide,
  laneNames,
  readBookmark,
  type RelayBookmark,
  requireKnownDatabase,
  startingPoint,
  writeBookmark,
} from "./relay-bookmark.ts";

const at = (s1: string, s2: string | null = null, lastId = 0): Cursor => ({
  s1: parseSnapshot(s1),
  s2: s2 === null ? null : parseSnapshot(s2),
  lastId,
});

const database = (cursor: Cursor, changes: Partial<DatabaseSide> = {}): DatabaseSide => ({
  group: 3,
  cursor,
  epoch: 9n,
  timeline: 1,
  now: parseSnapshot("900:900:"),
  ...changes,
});

const kafka = (cursor: Cursor, changes: Partial<RelayBookmark> = {}): RelayBookmark => ({
  cursor,
  epoch: 8n,
  timeline: 1,
  redriven: [],
  ...changes,
});

describe("a bookmark", () => {
  it.each([at("10:12:10", null, 7), at("10:12:10", "20:25:20,24", 2 ** 40)])("comes back as it was: %#", (cursor) => {
    const bookmark = kafka(cursor, { epoch: 2n ** 40n + 1n, redriven: [3, 4, 2 ** 40] });
    expect(readBookmark(writeBookmark({ ...bookmark, redriven: [] }))).toEqual({ ...bookmark, redriven: [] });
    expect(readBookmark(writeBookmark(bookmark))).toEqual(bookmark);
  });

  it.each(["", "{}", "null", '{"v":2,"s1":"1:1:","s2":null,"lastId":1,"epoch":"1","timeline":1}', '{"v":1,"s1":"x"}'])(
    "of an unknown form is refused: %s",
    (text) => {
      expect(() => readBookmark(text)).toThrow(expect.objectContaining({ code: "CURSORS_DISAGREE" }));
    },
  );

  it("is named by the database and the group, the transactional id by a hash of it", () => {
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
  ])("is not to be had where the server hides what it is: %#", (identity) => {
    expect(() => requireKnownDatabase(identity)).toThrow(expect.objectContaining({ code: "EXACTLY_ONCE_IMPOSSIBLE" }));
  });
});

describe("the starting point", () => {
  it.each([
    { name: "both between windows, Kafka's newer", db: at("10:10:"), k: at("20:20:"), later: "kafka" },
    { name: "both between windows, the database's newer", db: at("20:20:"), k: at("10:10:"), later: "database" },
    { name: "Kafka's inside the window", db: at("10:10:"), k: at("10:10:", "20:20:", 5), later: "kafka" },
    { name: "the database's inside the window", db: at("10:10:", "20:20:", 5), k: at("10:10:"), later: "database" },
    { name: "Kafka's further", db: at("10:10:", "20:20:", 5), k: at("10:10:", "20:20:", 9), later: "kafka" },
    { name: "the database's further", db: at("10:10:", "20:20:", 9), k: at("10:10:", "20:20:", 5), later: "database" },
    { name: "Kafka's through the window", db: at("10:10:", "20:20:", 9), k: at("20:20:"), later: "kafka" },
    { name: "the database's windows later", db: at("30:30:"), k: at("10:10:", "20:20:", 9), later: "database" },
    { name: "a transaction that had ended by then", db: at("10:12:10"), k: at("12:12:"), later: "kafka" },
    { name: "the same", db: at("10:10:", null, 3), k: at("10:10:", null, 4), later: "database" },
  ])("is the later cursor: $name", ({ db, k, later }) => {
    const start = startingPoint(database(db), kafka(k));
    expect(start).toEqual({ cursor: later === "kafka" ? k : db, ignored: null });
  });

  it("is the database's where Kafka has none", () => {
    expect(startingPoint(database(at("10:10:")), null)).toEqual({ cursor: at("10:10:"), ignored: null });
  });

  it.each([
    { name: "two windows from one snapshot", db: at("10:10:", "20:20:", 5), k: at("10:10:", "21:21:", 5) },
    { name: "a snapshot in the middle of the other's window", db: at("15:15:"), k: at("10:10:", "20:20:", 5) },
    { name: "snapshots that each see what the other does not", db: at("10:14:10,12"), k: at("10:13:11") },
  ])("is refused rather than guessed: $name", ({ db, k }) => {
    expect(() => startingPoint(database(db), kafka(k))).toThrow(expect.objectContaining({ code: "CURSORS_DISAGREE" }));
  });

  it("leaves Kafka's aside after a failover, although it is later: its transactions may be lost", () => {
    const start = startingPoint(database(at("10:10:"), { timeline: 2 }), kafka(at("20:20:")));
    expect(start).toEqual({ cursor: at("10:10:"), ignored: "failover" });
  });

  it("leaves Kafka's aside after adopt", () => {
    const start = startingPoint(database(at("10:10:"), { epoch: (1n << 32n) + 1n }), kafka(at("20:20:")));
    expect(start).toEqual({ cursor: at("10:10:"), ignored: "adopted" });
  });

  it.each([
    { name: "of a lease that was never given out", k: kafka(at("20:20:"), { epoch: 9n }) },
    { name: "of a timeline to come", k: kafka(at("20:20:"), { timeline: 2 }) },
    { name: "of transaction ids to come", k: kafka(at("901:901:")) },
  ])("is refused when Kafka's is $name: the database was set back", ({ k }) => {
    expect(() => startingPoint(database(at("10:10:")), k)).toThrow(expect.objectContaining({ code: "XIDS_WENT_BACK" }));
  });
});
