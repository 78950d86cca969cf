import { EventEmitter } from "node:events";
import { afterEach, beforeEach, expect, it, jest } from "@jest/globals";
import type pg from "pg";
import { LEASE_CHANNEL } from "../sql/leases.ts";
import { LeaseKeeper } from "./lease-keeper.ts";

const LEASE_MS = 10_000;
const ME = "instance-a";
const OTHER = "instance-b";

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** What the keeper's statements find, by what they say; their SQL itself is tested with PostgreSQL. */
class FakeDatabase extends EventEmitter {
  living = [ME];
  free = [0, 1, 2, 3, 4, 5, 6, 7];
  /** Groups that someone else has taken since. */
  readonly taken = new Set<number>();
  readonly statements: string[] = [];
  looks = 0;
  /** While set, renewals get no answer. */
  isSilent = false;
  /** What the answers of renewals wait for. */
  renewalDelay: Promise<void> = Promise.resolve();

  query(query: string | { readonly text: string; readonly values?: readonly unknown[] }, values?: readonly unknown[]) {
    const text = typeof query === "string" ? query : query.text;
    const given = (typeof query === "string" ? values : query.values) ?? [];
    if (text.includes("WITH alive")) return this.#renew(given[6] as number[]);
    if (text.includes("AS living")) return this.#look();
    if (text.includes("epoch = epoch + 1")) return this.#claim(given[1] as number);
    if (text.includes("WITH released")) return this.#release(given[0] as number[]);
    this.statements.push(text.slice(0, 20));
    return answer([{ locked: true }]);
  }

  notify(): void {
    this.emit("notification", { channel: LEASE_CHANNEL });
  }

  #look() {
    this.looks += 1;
    return answer([{ living: this.living, free: this.free }]);
  }

  async #renew(held: readonly number[]) {
    this.statements.push(`renew ${held.join(",")}`);
    if (this.isSilent) return new Promise<never>(() => {});
    await this.renewalDelay;
    return answer(held.filter((group) => !this.taken.has(group)).map((shard_group) => ({ shard_group })));
  }

  #claim(count: number) {
    const claimed = this.free.splice(0, count);
    this.statements.push(`claim ${claimed.join(",")}`);
    return answer(claimed.map((shard_group) => ({ shard_group, epoch: "7", s1: "3:3:", s2: null, last_id: "0" })));
  }

  #release(groups: readonly number[]) {
    this.statements.push(`release ${groups.join(",")}`);
    this.free.push(...groups);
    return answer([]);
  }
}

function answer(rows: readonly unknown[]) {
  return Promise.resolve({ rows, rowCount: rows.length });
}

async function start(database = new FakeDatabase(), isPooled = false) {
  const failures: Error[] = [];
  const changes: string[] = [];
  const keeper: LeaseKeeper = new LeaseKeeper({
    client: database as unknown as pg.Client, // the keeper asks for `query` and `on` alone
    instance: { id: ME, name: "relay", host: "host", pid: 1, version: "0" },
    isPooled,
    identity: { systemIdentifier: "1", timeline: 1, databaseOid: 5 },
    leaseMs: LEASE_MS,
    now: () => Date.now(),
    onChange: () => changes.push(`held ${keeper.held.size}, excess ${keeper.excess.length}`),
    onFailure: (error) => failures.push(error),
  });
  await keeper.start();
  return { database, keeper, failures, changes };
}

const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

it("FREE to HELD: takes its fair share at the start, and tells where to go on", async () => {
  const { keeper, changes } = await start();
  expect([...keeper.held]).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((group) => [group, 7n]));
  expect(keeper.takeClaimed().map(({ group }) => group)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(keeper.takeClaimed()).toEqual([]);
  expect(changes).toEqual(["held 8, excess 0"]);
  expect(keeper.isValid).toBe(true);
});

it("HELD: the heartbeat renews three times in a lease", async () => {
  const { database } = await start();
  database.statements.length = 0;
  await pass(6 * LEASE_MS);
  const renewals = database.statements.filter((statement) => statement.startsWith("renew"));
  expect(renewals.length).toBeGreaterThanOrEqual(17);
  expect(renewals.length).toBeLessThanOrEqual(21);
  expect(new Set(renewals)).toEqual(new Set(["renew 0,1,2,3,4,5,6,7"]));
});

it("HELD to EXCESS to FREE: gives back what is above its share, once the loop has saved it", async () => {
  const { database, keeper, changes } = await start();
  database.living = [ME, OTHER];
  database.notify();
  await pass(0);
  expect(keeper.excess).toEqual([4, 5, 6, 7]);
  expect(keeper.instances).toBe(2);
  expect(changes.at(-1)).toBe("held 8, excess 4");
  await pass(3_000);
  expect(changes).toHaveLength(2); // told once, however often it looks
  expect(keeper.isValid).toBe(true); // still ours, until the loop is through
  await keeper.release(keeper.excess);
  expect([...keeper.held.keys()]).toEqual([0, 1, 2, 3]);
  expect(keeper.excess).toEqual([]);
});

it("EXCESS to HELD: keeps them when the other is gone again", async () => {
  const { database, keeper } = await start();
  database.living = [ME, OTHER];
  database.notify();
  await pass(0);
  database.living = [ME];
  database.notify();
  await pass(0);
  expect(keeper.excess).toEqual([]);
  expect(keeper.held.size).toBe(8);
});

it("HELD to FENCED: a renewal that finds fewer groups than held ends the session", async () => {
  const { database, failures } = await start();
  database.taken.add(3);
  await pass(LEASE_MS / 2);
  expect(failures).toMatchObject([{ code: "CURSOR_FENCED" }]);
  database.statements.length = 0;
  await pass(10 * LEASE_MS);
  expect(database.statements).toEqual([]); // it asks nothing any more
});

it("does not take for fenced what was released while the renewal was under way", async () => {
  const { database, keeper, failures } = await start();
  for (const group of [4, 5, 6, 7]) database.taken.add(group);
  const renewal = Promise.withResolvers<void>();
  database.renewalDelay = renewal.promise;
  await pass(LEASE_MS / 3);
  await keeper.release([4, 5, 6, 7]);
  renewal.resolve();
  await pass(0);
  expect(failures).toEqual([]);
  expect(keeper.isValid).toBe(true);
});

it("the local fence falls a tenth of the lease before the lease is over, and counts from when renewal was asked for", async () => {
  const { database, keeper } = await start();
  database.isSilent = true;
  await pass(LEASE_MS * 0.9 - 1);
  expect(keeper.isValid).toBe(true);
  await pass(1);
  expect(keeper.isValid).toBe(false);
  keeper.noteRenewed([0, 1, 2, 3, 4, 5, 6], Date.now()); // all but one
  expect(keeper.isValid).toBe(false);
  keeper.noteRenewed([7], Date.now());
  expect(keeper.isValid).toBe(true);
});

it("a save renews: nothing is sent after the fence, until one succeeds", async () => {
  const { database, keeper } = await start();
  database.isSilent = true;
  await pass(LEASE_MS * 0.9);
  const sent: string[] = [];
  const never = new AbortController().signal;
  const sending = keeper.untilValid(never).then(() => sent.push("sent"));
  await pass(50);
  expect(sent).toEqual([]);
  keeper.noteRenewed(keeper.held.keys(), Date.now());
  await pass(50);
  await sending;
  expect(sent).toEqual(["sent"]);
});

it("waits for the fence no longer than the signal", async () => {
  const { database, keeper } = await start();
  database.isSilent = true;
  await pass(LEASE_MS);
  const stop = new AbortController();
  const waiting = keeper.untilValid(stop.signal);
  stop.abort();
  await pass(0);
  await waiting;
  expect(keeper.isValid).toBe(false);
});

it("ends the session when no answer comes within the lease time", async () => {
  const { database, failures } = await start();
  database.isSilent = true;
  await pass(LEASE_MS / 3 + LEASE_MS);
  expect(failures).toMatchObject([{ code: "DATABASE_UNREACHABLE" }]);
});

it("looks once a second without any notification, and takes what has become free", async () => {
  const database = new FakeDatabase();
  database.living = [ME, OTHER];
  database.free = [0, 1];
  const { keeper } = await start(database);
  expect(keeper.held.size).toBe(2);
  database.free = [5];
  await pass(1_000);
  expect([...keeper.held.keys()]).toEqual([0, 1, 5]);
});

it.each([
  { isPooled: false, looks: 17, why: "others announce themselves" },
  { isPooled: true, looks: 60, why: "a pooler swallows notifications" },
])("alone and with everything, pooled $isPooled: looks $looks times a minute, as $why", async ({ isPooled, looks }) => {
  const { database } = await start(new FakeDatabase(), isPooled);
  database.looks = 0;
  await pass(60_000);
  expect(database.looks).toBeGreaterThanOrEqual(looks - 1);
  expect(database.looks).toBeLessThanOrEqual(looks + 1);
});

it("looks once a second again when another has announced itself", async () => {
  const { database } = await start();
  database.living = [ME, OTHER];
  database.notify();
  await pass(0);
  database.looks = 0;
  await pass(10_000);
  expect(database.looks).toBeGreaterThanOrEqual(9);
});

it("gives everything back when it leaves, and renews nothing after that", async () => {
  const { database, keeper } = await start();
  await keeper.leave();
  expect(keeper.held.size).toBe(0);
  expect(database.statements.at(-2)).toBe("release 0,1,2,3,4,5,6,7");
  database.statements.length = 0;
  await pass(10 * LEASE_MS);
  expect(database.statements).toEqual([]);
});
