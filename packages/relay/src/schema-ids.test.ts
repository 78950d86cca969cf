import { expect, it } from "@jest/globals";
import { SchemaIds } from "./schema-ids.ts";

it("looks up once for all who ask at the same time, and remembers", async () => {
  let lookUps = 0;
  const ids = new SchemaIds(() => Promise.resolve(++lookUps));
  expect(await Promise.all([ids.get("t", 1n), ids.get("t", 1n)])).toEqual([1, 1]);
  expect(ids.get("t", 1n)).toBe(1);
  expect(await ids.get("u", 1n)).toBe(2);
});

it("does not remember failures", async () => {
  let fails = true;
  const ids = new SchemaIds(() => (fails ? Promise.reject(new Error("down")) : Promise.resolve(9)));
  await expect(ids.get("t", 1n)).rejects.toThrow("down");
  fails = false;
  expect(await ids.get("t", 1n)).toBe(9);
});

it("forgets the oldest when it is full", async () => {
  let lookUps = 0;
  const ids = new SchemaIds(() => Promise.resolve(++lookUps), 2);
  for (const schema of [1n, 2n, 3n]) await ids.get("t", schema);
  expect(ids.get("t", 3n)).toBe(3);
  expect(await ids.get("t", 1n)).toBe(4);
});
