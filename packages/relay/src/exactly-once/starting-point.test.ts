import { describe, expect, it } from "@jest/globals";
import type { Cursor } from "../cursors/cursor.ts";
import { parseSnapshot } from "../cursors/snapshot.ts";
import type { RelayBookmark } from "./relay-bookmark.ts";
import { type DatabaseSide, startingPoint } from "./starting-point.ts";

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
  hasMark: true,
  ...changes,
});

const kafka = (cursor: Cursor, changes: Partial<RelayBookmark> = {}): RelayBookmark => ({
  cursor,
  epoch: 8n,
  timeline: 1,
  mark: { session: "s", mark: 1 },
  redriven: [],
  ...changes,
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

  it("is the later one after a failover, when the new primary has the mark", () => {
    const start = startingPoint(database(at("10:10:"), { timeline: 2 }), kafka(at("20:20:")));
    expect(start).toEqual({ cursor: at("20:20:"), ignored: null });
  });

  it("leaves Kafka's aside after a failover that lost the mark, although it is later", () => {
    const start = startingPoint(database(at("10:10:"), { timeline: 2, hasMark: false }), kafka(at("20:20:")));
    expect(start).toEqual({ cursor: at("10:10:"), ignored: "failover" });
  });

  it.each([true, false])("leaves Kafka's aside after adopt, whether its mark is there (%s)", (hasMark) => {
    const adopted = database(at("10:10:"), { epoch: (1n << 32n) + 1n, hasMark });
    expect(startingPoint(adopted, kafka(at("20:20:")))).toEqual({ cursor: at("10:10:"), ignored: "adopted" });
  });

  it.each([
    { name: "and is behind Kafka's cursor", db: at("10:10:"), changes: {} },
    { name: "and has been written past Kafka's cursor since", db: at("30:30:"), changes: { epoch: 99n } },
    { name: "to before an adoption", db: at("10:10:"), changes: {}, k: { epoch: 5n << 32n } },
    { name: "to before a failover", db: at("10:10:"), changes: {}, k: { timeline: 2 } },
  ])("is refused when the database was set back $name", ({ db, changes, k }) => {
    const side = database(db, { ...changes, hasMark: false });
    expect(() => startingPoint(side, kafka(at("20:20:"), k))).toThrow(
      expect.objectContaining({ code: "XIDS_WENT_BACK", message: expect.stringContaining("shard group 3") }),
    );
  });
});
