import { describe, expect, it } from "@jest/globals";
import { behind, planParking } from "./parking-plan.ts";

const problem = { reason: "topic-missing", message: "no" } as const;
const place = (id: number, key: string | null, topic = "t") => ({ id, shard: 3, topic, key });
const parked = (id: number, holdsKey: boolean) => ({ id, problem, holdsKey });
const after = (id: number) => ({ id, problem: null, holdsKey: true });

describe("planParking", () => {
  it("parks the first of each key, and the others behind it", () => {
    const plan = planParking([place(1, "a"), place(2, "b"), place(3, "a"), place(4, null)], problem, "hold-key");
    expect(plan.rows).toEqual([parked(1, true), parked(2, true), after(3), parked(4, false)]);
    expect(plan.keys).toEqual([
      { shard: 3, topic: "t", key: "a", fromId: 1 },
      { shard: 3, topic: "t", key: "b", fromId: 2 },
    ]);
  });

  it("parks each alone where keys are not held", () => {
    const plan = planParking([place(1, "a"), place(3, "a")], problem, "skip");
    expect(plan).toEqual({ rows: [parked(1, false), parked(3, false)], keys: [] });
  });
});

describe("behind", () => {
  it("takes later rows of the same topic and key", () => {
    const { keys } = planParking([place(5, "a")], problem, "hold-key");
    const later = [place(4, "a"), place(6, "a"), place(7, "b"), place(8, "a", "other"), place(9, null), place(10, "a")];
    expect(behind(later, keys)).toEqual([after(6), after(10)]);
  });
});
