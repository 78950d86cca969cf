import { describe, expect, it } from "@jest/globals";
import type { RowView } from "../publishers/lane-publisher.ts";
import { emptyRowView } from "../rows/row-view.ts";
import { HeldKeys } from "./held-keys.ts";

function row(id: number, key: string | null, { shard = 3, topic = "t" } = {}): RowView {
  const bytes = Buffer.from(key ?? "");
  return { ...emptyRowView(), id, shard, topic, bytes, keyStart: key === null ? -1 : 0, keyEnd: bytes.length };
}

const a = { shard: 3, topic: "t", key: "a" };
const b = { shard: 9, topic: "t", key: "b" };

describe("HeldKeys", () => {
  it("holds what comes after an event of its topic and key, and nothing else", () => {
    const keys = new HeldKeys();
    keys.hold(a, 5);
    expect(keys.isBehind(row(6, "a"))).toBe(true);
    expect(keys.isBehind(row(6, "b"))).toBe(false);
    expect(keys.isBehind(row(6, null))).toBe(false);
    expect(keys.isBehind(row(6, "a", { topic: "other" }))).toBe(false);
    expect(keys.isBehind(row(6, "a", { shard: 4 }))).toBe(false);
  });

  it("lets through what is read again from before the first that waits", () => {
    const keys = new HeldKeys();
    keys.hold(a, 5);
    keys.hold(a, 9);
    expect(keys.isBehind(row(4, "a"))).toBe(false);
    expect(keys.isBehind(row(5, "a"))).toBe(true); // the offender itself, read again
    expect(keys.isBehind(row(7, "a"))).toBe(true);
  });

  it("lets everything through again once a key is lifted, or its group is another's", () => {
    const keys = new HeldKeys();
    keys.hold(a, 5);
    keys.hold(b, 5);
    keys.lift(a);
    keys.lift(a);
    expect(keys.isBehind(row(6, "a"))).toBe(false);
    keys.forget([0]);
    expect(keys.isBehind(row(6, "b", { shard: 9 }))).toBe(true);
    keys.forget([1]);
    expect(keys.isBehind(row(6, "b", { shard: 9 }))).toBe(false);
    expect(keys.hasRoomFor([a])).toBe(true);
  });

  it("has room for so many keys and characters of a group, each key counted once", () => {
    const keys = new HeldKeys({ keys: 2, characters: 10 });
    keys.hold(a, 1);
    const c = { ...a, key: "c" };
    expect(keys.hasRoomFor([a, c, c])).toBe(true);
    expect(keys.hasRoomFor([c, { ...a, key: "d" }])).toBe(false);
    expect(keys.hasRoomFor([{ ...a, key: "x".repeat(10) }])).toBe(false);
    expect(keys.hasRoomFor([{ ...b, key: "x".repeat(100) }])).toBe(true); // a first one always
    keys.hold(c, 1);
    expect(keys.hasRoomFor([{ ...a, key: "d" }])).toBe(false);
    expect(keys.hasRoomFor([a, b])).toBe(true);
    keys.lift(c);
    expect(keys.hasRoomFor([{ ...a, key: "d" }])).toBe(true);
  });
});
