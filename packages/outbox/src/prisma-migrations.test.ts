import { expect, it } from "@jest/globals";
import { nextTimestamps } from "./prisma-migrations.ts";

const now = new Date("2026-11-21T23:59:59.700Z");

it("counts seconds from now", () => {
  expect(nextTimestamps([], now, 2)).toEqual(["20261121235959", "20261122000000"]);
});

it("comes after every folder that is there", () => {
  expect(nextTimestamps(["20200101000000_init", "20261231235959_later", "0_init"], now, 1)).toEqual(["20270101000000"]);
});

it("needs none", () => {
  expect(nextTimestamps(["20200101000000_init"], now, 0)).toEqual([]);
});
