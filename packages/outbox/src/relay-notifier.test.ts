import { afterEach, beforeEach, expect, it, jest } from "@jest/globals";
import { OutboxError } from "./errors.ts";
import { createRelayNotifier } from "./relay-notifier.ts";

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** A pool whose queries end when told. */
function fakePool() {
  const sent: { readonly atMs: number; readonly text: string }[] = [];
  const unanswered: PromiseWithResolvers<void>[] = [];
  const pool = {
    totalCount: 1,
    query(text: string) {
      sent.push({ atMs: Date.now() - startedAt, text });
      const answer = Promise.withResolvers<void>();
      unanswered.push(answer);
      if (pool.answersAtOnce) answer.resolve();
      return answer.promise;
    },
    answersAtOnce: true,
  };
  const startedAt = Date.now();
  return { pool, sent, unanswered, times: () => sent.map(({ atMs }) => atMs) };
}

it("notifies at once when nothing was published for a while", async () => {
  const { pool, sent } = fakePool();
  const notify = createRelayNotifier(pool);
  notify();
  await jest.advanceTimersByTimeAsync(5_000);
  notify();
  expect(sent).toEqual([
    { atMs: 0, text: "NOTIFY waybill_outbox" },
    { atMs: 5_000, text: "NOTIFY waybill_outbox" },
  ]);
});

it("makes one of many, at most one in an interval, and forgets none", async () => {
  const { pool, times } = fakePool();
  const notify = createRelayNotifier(pool, { intervalMs: 100 });
  for (let ms = 0; ms < 1_000; ms++) {
    for (let n = 0; n < 10; n++) notify();
    await jest.advanceTimersByTimeAsync(1);
  }
  await jest.advanceTimersByTimeAsync(10_000);
  // The last stands for the calls after the one before it.
  expect(times()).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1_000]);
});

it("has one on its way at most, however slow the pool is", async () => {
  const { pool, sent, unanswered } = fakePool();
  pool.answersAtOnce = false;
  const notify = createRelayNotifier(pool, { intervalMs: 100 });
  for (let n = 0; n < 1_000; n++) {
    notify();
    await jest.advanceTimersByTimeAsync(10);
  }
  expect(sent).toHaveLength(1);
  unanswered[0]?.resolve();
  await jest.advanceTimersByTimeAsync(100);
  expect(sent).toHaveLength(2);
});

it("never throws: failures are told to whoever wants to know, and the next one is sent all the same", async () => {
  const errors: unknown[] = [];
  const failure = new Error("pool is exhausted");
  let attempts = 0;
  const pool = {
    totalCount: 1,
    query(): Promise<void> {
      attempts++;
      if (attempts === 1) throw failure;
      return Promise.reject(failure);
    },
  };
  const notify = createRelayNotifier(pool, { onError: (error) => errors.push(error) });
  for (let n = 0; n < 3; n++) {
    notify();
    await jest.advanceTimersByTimeAsync(200);
  }
  expect(errors).toEqual([failure, failure, failure]);
  createRelayNotifier(pool)();
  await jest.advanceTimersByTimeAsync(200);
});

it.each([
  ["a transaction's client", { $executeRawUnsafe: () => {} }],
  ["a single pg client", { query: () => {} }],
  ["nothing", undefined],
])("refuses %s", (_, client) => {
  const create = () => createRelayNotifier(client as never);
  expect(create).toThrow(OutboxError);
  expect(create).toThrow("neither Prisma's root client nor a pg.Pool");
});

it.each([0, -1, 1.5, Number.NaN, 60_001])("refuses an interval of %d ms", (intervalMs) => {
  expect(() => createRelayNotifier(fakePool().pool, { intervalMs })).toThrow(`intervalMs is ${intervalMs}`);
});
