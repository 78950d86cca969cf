import { expect, it } from "@jest/globals";
import { BufferPool } from "./buffer-pool.ts";

it("gives buffers again, and keeps no more than it may", () => {
  const pool = new BufferPool(100_000);
  const buffer = pool.take(50_000);
  expect(buffer.length).toBe(65_536);
  pool.give(buffer);
  pool.give(Buffer.allocUnsafeSlow(65_536));
  expect(pool.keptBytes).toBe(65_536);
  expect(pool.take(40_000)).toBe(buffer);
  expect(pool.keptBytes).toBe(0);
});
