import { memoryUsage } from "node:process";
import { expect, it } from "@jest/globals";
import { releaseStartupMemory } from "./process-memory.ts";

it("gives the pages of what is not used any more back to the operating system", () => {
  let objects = Array.from({ length: 1_000_000 }, (_, n) => ({ n }));
  const { heapTotal: full } = memoryUsage();
  expect(objects).toHaveLength(1_000_000);
  objects = [];
  releaseStartupMemory();
  expect(memoryUsage().heapTotal).toBeLessThan(full - 20e6);
});
