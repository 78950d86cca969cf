import { describe, expect, it } from "@jest/globals";
import { parseSnapshot } from "../../cursors/snapshot.ts";
import type { CursorRow } from "../../sql/cursor-rows.ts";
import type { OutboxSample } from "./outbox-sample.ts";
import { statusReport } from "./status-report.ts";
import { statusText } from "./status-text.ts";

const at = new Date("2026-11-21T10:00:00Z");
const later = new Date(at.getTime() + 1_000);
const ago = (ms: number, from = later): Date => new Date(from.getTime() - ms);

function cursor(changes: Partial<CursorRow> = {}): CursorRow {
  return {
    group: 0,
    shards: [0, 1, 2, 3, 4, 5, 6, 7],
    s1: parseSnapshot("9:9:"),
    s2: null,
    lastId: 0,
    epoch: 3,
    holder: "i-1",
    savedAt: ago(200),
    leaseUntil: ago(-8_000),
    ...changes,
  };
}

function sample(changes: Partial<OutboxSample> = {}): OutboxSample {
  return { at, cursors: [cursor()], pending: [], topId: 0, instances: [], parked: [], ...changes };
}

const waiting = { topic: "orders.order", events: 400, oldestAt: ago(30_000) };

describe("statusReport", () => {
  it("is idle when nothing waits", () => {
    expect(statusReport("db", sample(), sample({ at: later }))).toMatchObject({
      state: "idle",
      summary: "nothing waits",
      backlog: { events: 0, oldestAgeMs: null },
      drainedInMs: null,
      unknown: [],
    });
  });

  it("derives rates and the time to drain from two samples", () => {
    const before = sample({ topId: 1_000, pending: [{ ...waiting, events: 1_000 }] });
    const report = statusReport("db", before, sample({ at: later, topId: 1_100, pending: [waiting] }));
    expect(report).toMatchObject({
      state: "publishing",
      rates: { writtenPerSecond: 100, publishedPerSecond: 700, isExact: true, overMs: 1_000 },
      drainedInMs: 667,
      backlog: { events: 400, isExact: true, oldestAgeMs: 30_000 },
    });
    expect(report.summary).toBe("400 events wait, the oldest for 30 s");
  });

  it("says so when something waits and nothing moves", () => {
    const report = statusReport("db", sample({ pending: [waiting] }), sample({ at: later, pending: [waiting] }));
    expect(report.state).toBe("waiting");
    expect(report.summary).toContain("nothing is being published: GET /readyz");
  });

  it("names the groups that no living relay holds", () => {
    const cursors = [
      cursor(),
      cursor({ group: 1, leaseUntil: ago(9_000) }),
      cursor({ group: 2, holder: null, leaseUntil: null }),
    ];
    const report = statusReport("db", null, sample({ at: later, cursors, pending: [{ ...waiting, events: 1 }] }));
    expect(report).toMatchObject({
      state: "unattended",
      groups: [{ leaseLeftMs: 8_000 }, { leaseLeftMs: -9_000 }, {}],
    });
    expect(report.summary).toBe(
      "1 event waits, the oldest for 30 s, and no living relay holds groups 1, 2: start `outbox-relay run`",
    );
    expect(report.unknown).toEqual(["rates: they need two samples"]);
  });

  it("estimates what is too long to count", () => {
    const endless = (events: number) => [{ ...waiting, events }];
    const [a, b] = [cursor({ lastId: 1_000 }), cursor({ group: 1, lastId: 3_000 })];
    const before = sample({ cursors: [a, b], topId: 900_000, pending: endless(200_001) });
    const moved = [cursor({ lastId: 21_000 }), cursor({ group: 1, lastId: 13_000 })];
    const now = sample({ at: later, cursors: moved, topId: 900_500, pending: endless(200_001) });
    expect(statusReport("db", before, now)).toMatchObject({
      backlog: { events: 887_500, isExact: false },
      rates: { writtenPerSecond: 500, publishedPerSecond: 15_000, isExact: false },
    });
  });

  it("marks what an older database cannot tell, without taking its old holder for a dead one", () => {
    const old = cursor({ leaseUntil: undefined, holder: "outbox-relay host 7" });
    const report = statusReport("db", null, sample({ cursors: [old], instances: null, parked: null }));
    expect(report).toMatchObject({ state: "idle", instances: null, parked: null });
    expect(report.unknown[0]).toContain("leases, instances, parked events: this database lacks the tables");
  });
});

it("statusText shows topics, parked events, groups and instances", () => {
  const living = {
    id: "i-1",
    name: "relay-a",
    host: "host-a",
    pid: 12,
    version: "1.0.0",
    startedAt: ago(3_600_000),
    seenAt: ago(100),
    expiresAt: ago(-9_000),
  };
  const now = sample({
    at: later,
    pending: [waiting],
    instances: [living, { ...living, id: "i-2", name: "relay-b", expiresAt: ago(5_000) }],
    parked: [{ topic: "orders.order", reason: "record-too-large", events: 2, oldestAt: ago(7_200_000) }],
  });
  expect(statusText(statusReport("db:5432/shop", null, now)).split("\n")).toEqual([
    "db:5432/shop at 2026-11-21T10:00:01.000Z",
    "",
    "publishing: 400 events wait, the oldest for 30 s",
    "",
    "TOPIC         PENDING  OLDEST",
    "orders.order      400    30 s",
    "",
    "TOPIC         PARKED  OLDEST  REASON",
    "orders.order       2     2 h  record-too-large",
    "`outbox-relay dead-letters list` shows them.",
    "",
    "GROUP  SHARDS  EPOCH  LEASE     SAVED       HOLDER",
    "    0  0-7         3  8 s left  200 ms ago  relay-a (host-a, pid 12)",
    "",
    "INSTANCE  HOST    PID  VERSION  GROUPS   UP               SEEN",
    "relay-a   host-a   12  1.0.0         1  1 h         100 ms ago",
    "relay-b   host-a   12  1.0.0         0  1 h  100 ms ago (gone)",
    "",
    "unknown: rates: they need two samples",
    "",
  ]);
});
