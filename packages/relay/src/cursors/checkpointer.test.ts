import { beforeEach, describe, expect, it } from "@jest/globals";
import { Checkpointer } from "./checkpointer.ts";
import type { Cursor } from "./cursor.ts";
import { parseSnapshot } from "./snapshot.ts";

const at = (lastId: number): Cursor => ({ s1: parseSnapshot("3:3:"), s2: parseSnapshot("9:9:"), lastId });

let saves: { readonly groups: readonly number[]; readonly lastId: number }[];
let finishSave: () => void;
let failures: unknown[];

beforeEach(() => {
  saves = [];
  failures = [];
});

function create(minIntervalMs = 0, fails = false): Checkpointer {
  return new Checkpointer({
    save: (groups, { lastId }) => {
      saves.push({ groups, lastId });
      if (fails) return Promise.reject(new Error("fenced"));
      return new Promise((resolve) => {
        finishSave = resolve;
      });
    },
    minIntervalMs,
    now: () => performance.now(),
    onFailure: (error) => failures.push(error),
  });
}

describe("Checkpointer", () => {
  it("has one save at a time, and then the newest of what came meanwhile", async () => {
    const checkpointer = create();
    checkpointer.request([0, 1], at(1));
    for (const id of [2, 3, 4]) checkpointer.request([0, 1], at(id));
    expect(saves).toEqual([{ groups: [0, 1], lastId: 1 }]);
    const drained = checkpointer.drain();
    finishSave();
    while (saves.length < 2) await Promise.resolve();
    finishSave();
    await drained;
    expect(saves.at(-1)).toEqual({ groups: [0, 1], lastId: 4 });
    expect(saves).toHaveLength(2);
  });

  it("saves groups that stand elsewhere one after the other", async () => {
    const checkpointer = create(60_000);
    checkpointer.request([0], at(1)); // at once
    checkpointer.request([2, 3], at(8));
    checkpointer.request([1], at(9));
    const drained = checkpointer.drain(); // does not wait for the interval
    for (let n = 1; n <= 3; n++) {
      while (saves.length < n) await Promise.resolve();
      finishSave();
    }
    await drained;
    expect(saves.slice(1)).toEqual([
      { groups: [2, 3], lastId: 8 },
      { groups: [1], lastId: 9 },
    ]);
  });

  it("tells of a failure once, and saves nothing after it", async () => {
    const checkpointer = create(0, true);
    checkpointer.request([0], at(1));
    await checkpointer.drain();
    checkpointer.request([0], at(2));
    await checkpointer.drain();
    expect(failures).toEqual([new Error("fenced")]);
    expect(saves).toHaveLength(1);
  });
});
