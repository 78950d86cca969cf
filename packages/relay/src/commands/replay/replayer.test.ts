import { expect, it } from "@jest/globals";
import type { IdRange, ReplayRow } from "../../sql/replay-rows.ts";
import { type ReplayerOptions, replay } from "./replayer.ts";

/** Rows of every tenth id. */
function rowsIn({ afterId, toId }: IdRange, limit: number): ReplayRow[] {
  const rows: ReplayRow[] = [];
  for (let id = (afterId / 10n + 1n) * 10n; id <= toId && rows.length < limit; id += 10n) {
    rows.push({ id } as ReplayRow);
  }
  return rows;
}

function options(changes: Partial<ReplayerOptions>): { sent: bigint[]; options: ReplayerOptions } {
  const sent: bigint[] = [];
  return {
    sent,
    options: {
      bounds: { fromId: 1n, toId: 120_000n },
      perSecond: null,
      maxEvents: 1_000,
      read: async (range, maxEvents) => rowsIn(range, maxEvents),
      send: async (rows) => {
        sent.push(...rows.map(({ id }) => id));
        return true;
      },
      onSent: () => {},
      signal: new AbortController().signal,
      now: () => performance.now(),
      ...changes,
    },
  };
}

it("sends every row once, in order of id", async () => {
  const { sent, options: given } = options({});
  expect(await replay(given)).toMatchObject({ events: 12_000, doneToId: 120_000n, isComplete: true, failure: null });
  expect(sent).toEqual(Array.from({ length: 12_000 }, (_, n) => BigInt(n + 1) * 10n));
});

it("ends at once where nothing is left", async () => {
  const { options: given } = options({ bounds: { fromId: 1n, toId: 0n } });
  expect(await replay(given)).toMatchObject({ events: 0, isComplete: true });
});

it("tells how far it came when a batch fails, and goes on from there", async () => {
  let batches = 0;
  const first = options({
    send: async (rows) => {
      if (++batches === 3) throw new Error("no");
      return rows.length > 0;
    },
  });
  const stopped = await replay(first.options);
  expect(stopped).toMatchObject({ events: 2_000, doneToId: 20_000n, isComplete: false, failure: "no" });
  const rest = options({ bounds: { fromId: stopped.doneToId + 1n, toId: 120_000n } });
  await replay(rest.options);
  expect(rest.sent[0]).toBe(20_010n);
});

it("stops between batches when it shall end", async () => {
  const ending = new AbortController();
  const { options: given } = options({ signal: ending.signal, onSent: () => ending.abort() });
  expect(await replay(given)).toMatchObject({ events: 1_000, isComplete: false, failure: null });
});

it("does not count a batch that was cut off", async () => {
  const { options: given } = options({ send: async () => false });
  expect(await replay(given)).toMatchObject({ events: 0, doneToId: 0n, isComplete: false });
});

it("asks for no more than the rate allows", async () => {
  let clock = 0;
  const asked: number[] = [];
  const { options: given } = options({
    bounds: { fromId: 1n, toId: 3_000n },
    perSecond: 1_000,
    now: () => (clock += 25),
    read: async (range, maxEvents) => {
      asked.push(maxEvents);
      return rowsIn(range, maxEvents);
    },
  });
  const { events } = await replay(given);
  expect(events).toBe(300);
  expect(Math.max(...asked)).toBeLessThanOrEqual(100);
  expect(events).toBeLessThanOrEqual(clock); // 1,000 a second
});
