import { describe, expect, it } from "@jest/globals";
import { SHARD_GROUPS } from "../cursors/shard-groups.ts";
import { fairShare, planLeases } from "./lease-plan.ts";

const ids = (count: number) => Array.from({ length: count }, (_, n) => `instance-${n}`);

describe("fairShare", () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 12])("shares all groups among %d instances, at most one apart", (count) => {
    const living = ids(count);
    const shares = living.map((id) => fairShare(id, living));
    expect(shares.reduce((sum, share) => sum + share, 0)).toBe(SHARD_GROUPS);
    expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
  });

  it("counts itself, also when its own row has expired", () => {
    expect(fairShare("me", [])).toBe(8);
    expect(fairShare("me", ["other"])).toBe(4);
  });
});

describe("planLeases", () => {
  const all = [0, 1, 2, 3, 4, 5, 6, 7];

  it("takes everything when alone", () => {
    expect(planLeases("a", [], { living: ["a"], free: all })).toEqual({ claim: 8, release: [] });
  });

  it("gives half back when another joins, and takes nothing meanwhile", () => {
    expect(planLeases("a", all, { living: ["a", "b"], free: [] })).toEqual({ claim: 0, release: [4, 5, 6, 7] });
    expect(planLeases("b", [], { living: ["a", "b"], free: [] })).toEqual({ claim: 0, release: [] });
    expect(planLeases("b", [], { living: ["a", "b"], free: [4, 5, 6, 7] })).toEqual({ claim: 4, release: [] });
  });

  it("takes no more than its share of what a dead instance left", () => {
    expect(planLeases("a", [0, 1, 2], { living: ["a", "b"], free: [5, 6] })).toEqual({ claim: 1, release: [] });
  });

  it("leaves a ninth instance without any", () => {
    expect(planLeases("instance-8", [], { living: ids(9), free: [3] })).toEqual({ claim: 0, release: [] });
  });

  it.each([2, 3, 5, 8])("settles with %d instances whatever they held, and then stays", (count) => {
    const held = new Map(ids(count).map((id) => [id, [] as number[]]));
    held.set("instance-0", [...all]);
    const free: number[] = [];
    for (let round = 0; round < 4; round++) {
      for (const [id, groups] of held) {
        const plan = planLeases(id, groups, { living: ids(count), free });
        const kept = groups.filter((group) => !plan.release.includes(group));
        free.push(...plan.release);
        held.set(id, [...kept, ...free.splice(0, plan.claim)]);
      }
    }
    expect([...held.values()].flat().sort((a, b) => a - b)).toEqual(all);
    for (const [id, groups] of held) {
      expect(planLeases(id, groups, { living: ids(count), free })).toEqual({ claim: 0, release: [] });
    }
  });
});
