import { expect, it } from "@jest/globals";
import { SchemaIds } from "./schema-ids.ts";

it("looks up once for all who ask at the same time, and remembers", async () => {
  let lookUps = 0;
  const ids = new SchemaIds(() => Promise.resolve(++lookUps));
  expect(await Promise.all([ids.get("t", 0, 1), ids.get("t", 0, 1)])).toEqual([1, 1]);
  expect(ids.get("t", 0, 1)).toBe(1);
  expect(await ids.get("u", 0, 1)).toBe(2);
  expect(await ids.get("t", 1, 1)).toBe(3);
});

it("puts the halves of an id together", async () => {
  const asked: bigint[] = [];
  const ids = new SchemaIds((_, id) => Promise.resolve(asked.push(id)));
  for (const [high, low] of [
    [0, 1],
    [-1, -5],
    [0x12345678, -2],
  ] as const) {
    await ids.get("t", high, low);
  }
  expect(asked).toEqual([1n, -5n, 0x12345678fffffffen]);
});

it("does not remember failures", async () => {
  let fails = true;
  const ids = new SchemaIds(() => (fails ? Promise.reject(new Error("down")) : Promise.resolve(9)));
  await expect(ids.get("t", 0, 1)).rejects.toThrow("down");
  fails = false;
  expect(await ids.get("t", 0, 1)).toBe(9);
});

it("starts again when it is full", async () => {
  let lookUps = 0;
  const ids = new SchemaIds(() => Promise.resolve(++lookUps), 2);
  for (const schema of [1, 2, 3]) await ids.get("t", 0, schema);
  expect(ids.get("t", 0, 3)).toBe(3);
  expect(await ids.get("t", 0, 1)).toBe(4);
});
