import { describe, expect, it } from "@jest/globals";
import type { Check } from "./check.ts";
import {
  checkClock,
  checkCursors,
  checkMigrations,
  checkOldTransactions,
  checkPlan,
  checkPooler,
  checkPrivileges,
  checkSequence,
  checkServer,
  checkSlots,
} from "./database-verdicts.ts";

const server = { version: 180_004, versionText: "18.4", synchronousCommit: "on", fsync: "on", role: "relay" };
const known = [
  { name: "0001_a", sql: "", checksum: "a" },
  { name: "0002_b", sql: "", checksum: "b" },
];
const slots = Array.from({ length: 8 }, (_, slot) => ({ slot: `outbox_${slot}`, bytes: 1_000, isAutovacuumOff: true }));
const old = {
  what: "session",
  name: "42",
  user: "shop",
  application: "",
  state: "idle in transaction",
  ageMs: 600_000,
} as const;

const cases: readonly [name: string, checks: Check | Check[], status: Check["status"], text: string][] = [
  ["PostgreSQL 15", checkServer({ ...server, version: 150_000 }), "ok", "PostgreSQL"],
  ["PostgreSQL 14", checkServer({ ...server, version: 149_999 }), "fail", "older than 15"],
  ["no fsync", checkServer({ ...server, fsync: "off" }), "warn", "fsync is off"],
  ["asynchronous commits", checkServer({ ...server, synchronousCommit: "off" }), "warn", "a crash then forgets"],
  [
    "all migrations",
    checkMigrations(
      known,
      new Map([
        ["0001_a", "a"],
        ["0002_b", "b"],
      ]),
      [],
    ),
    "ok",
    "all 2",
  ],
  ["one migration", checkMigrations(known, new Map([["0001_a", "a"]]), []), "fail", "not applied: 0002_b"],
  [
    "an edited one",
    checkMigrations(
      known,
      new Map([
        ["0001_a", "a"],
        ["0002_b", "x"],
      ]),
      [],
    ),
    "fail",
    "0002_b",
  ],
  ["a newer one", checkMigrations([], new Map([["0003_c", "c"]]), []), "warn", "newer version: 0003_c"],
  ["Prisma's", checkMigrations(known, null, []), "warn", "Prisma"],
  ["no tables", checkMigrations(known, null, ["waybill.outbox"]), "fail", "waybill.outbox missing"],
  ["all privileges", checkPrivileges("relay", []), "ok", "relay has"],
  ["no truncate", checkPrivileges("relay", ["TRUNCATE on waybill.outbox_0"]), "warn", "cannot empty old slots"],
  ["no insert", checkPrivileges("relay", ["INSERT on waybill.relay_cursor"]), "warn", "write the cursors anew"],
  ["no update", checkPrivileges("relay", ["UPDATE on waybill.relay_cursor"]), "fail", "lacks UPDATE"],
  ["index scans", checkPlan("window-plan", { wrongScans: [] }, []), "ok", "by its index"],
  [
    "a scan",
    checkPlan("backlog-plan", { wrongScans: ["Seq Scan on outbox_0"] }, ["i"]),
    "fail",
    "Seq Scan on outbox_0; not valid: i",
  ],
  ["8 quiet slots", checkSlots(slots), "ok", "8 slots, 8.0 kB"],
  ["7 slots", checkSlots(slots.slice(1)), "fail", "there must be 8"],
  [
    "a loud slot",
    checkSlots([{ ...slots[0]!, isAutovacuumOff: false }, ...slots.slice(1)]),
    "warn",
    "works on outbox_0",
  ],
  ["CACHE 1", checkSequence({ cache: 1, lastId: 10 }, 10), "ok", "CACHE 1"],
  ["CACHE 20", checkSequence({ cache: 20, lastId: 10 }, 10), "fail", "CACHE 20"],
  ["a hidden sequence", checkSequence({ cache: null, lastId: null }, 10), "warn", "may not see"],
  ["a sequence set back", checkSequence({ cache: 1, lastId: 9 }, 10), "fail", "set back"],
  ["a pooler", checkPooler(true), "warn", "pooler"],
  ["no pooler", checkPooler(false), "ok", "direct"],
  ["equal clocks", checkClock({ aheadMs: -900, roundTripMs: 4 }), "ok", "900 ms behind"],
  ["a slow answer", checkClock({ aheadMs: 1_400, roundTripMs: 1_000 }), "ok", "1 s ahead of"],
  ["clocks apart", checkClock({ aheadMs: 61_000, roundTripMs: 4 }), "warn", "1 min 1 s ahead of"],
  ["no old transaction", checkOldTransactions([], 300_000), "ok", "older than 5 min"],
  ["an old one", checkOldTransactions([old], 300_000), "warn", "session 42 (shop; idle in transaction; 10 min)"],
  ["cursors at home", checkCursors(null), "ok", "this database"],
  ["cursors from elsewhere", checkCursors("made elsewhere"), "fail", "made elsewhere"],
];

describe("the doctor's verdicts on the database", () => {
  it.each(cases)("%s", (_, checks, status, text) => {
    const found = [checks].flat().find(({ detail }) => detail.includes(text));
    expect(found).toMatchObject({ status });
    expect(found?.remedy === null).toBe(status === "ok");
  });

  it("a prepared transaction, and how to end it", () => {
    const check = checkOldTransactions([{ ...old, what: "prepared transaction", name: "gid" }], 1);
    expect(check.remedy).toContain("ROLLBACK PREPARED");
  });
});
