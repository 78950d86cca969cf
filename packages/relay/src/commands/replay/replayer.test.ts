import { expect, it } from "@jest/globals";
import type { IdRange } from "../../sql/replay-rows.ts";
import type { WindowRow } from "../../sql/window-query.ts";
import { type ReplayerOptions, replay } from "./replayer.ts";

/** Rows of every tenth id. */
function rowsIn({ afterId, toId }: IdRange, limit: number): WindowRow[] {
  const rows: WindowRow[] = [];
  for (let id = (Math.floor(afterId / 10) + 1) * 10; id <= toId && rows.length < limit; id += 10) {
    rows.push({ id: String(id) } as WindowRow);
  }
  return rows;
}

function options(changes: Partial<ReplayerOptions>): { sent: number[]; options: ReplayerOptions } {
  const sent: number[] = [];
  return {
    sent,
    options: {
      bounds: { fromId: 1, toId: 120_000 },
      perSecond: null,
      maxEvents: 1_000,
      read: async (range, maxEvents) => rowsIn(range, maxEvents),
      send: async (rows) => {
        sent.push(...rows.map(({ id }) => Number(id)));
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
  expect(await replay(given)).toMatchObject({ events: 12_000, doneToId: 120_000, isComplete: true, failure: null });
  expect(sent).toEqual(Array.from({ length: 12_000 }, (_, n) => (n + 1) * 10));
});

it("ends at once where nothing is left", async () => {
  const { options: given } = options({ bounds: { fromId: 1, toId: 0 } });
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
  expect(stopped).toMatchObject({ events: 2_000, doneToId: 20_000, isComplete: false, failure: "no" });
  const rest = options({ bounds: { fromId: stopped.doneToId + 1, toId: 120_000 } });
  await replay(rest.options);
  expect(rest.sent[0]).toBe(20_010);
});

it("stops between batches when it shall end", async () => {
  const ending = new AbortController();
  const { options: given } = options({ signal: ending.signal, onSent: () => ending.abort() });
  expect(await replay(given)).toMatchObject({ events: 1_000, isComplete: false, failure: null });
});

it("does not count a batch that was cut off", async () => {
  const { options: given } = options({ send: async () => false });
  expect(await replay(given)).toMatchObject({ events: 0, doneToId: 0, isComplete: false });
});

it("asks for no more than the rate allows", async () => {
  let clock = 0;
  const asked: number[] = [];
  const { options: given } = options({
    bounds: { fromId: 1, toId: 3_000 },
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
