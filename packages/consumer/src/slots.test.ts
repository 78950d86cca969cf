import { expect, it } from "@jest/globals";
import { Slots } from "./slots.ts";

it("runs as many tasks at once as there are slots, the others in line", async () => {
  const slots = new Slots(2);
  const finish: (() => void)[] = [];
  const started: number[] = [];
  const runs = [0, 1, 2, 3].map((task) =>
    slots.run(() => {
      started.push(task);
      return new Promise<void>((resolve) => finish.push(resolve));
    }),
  );
  await Promise.resolve();
  expect(started).toEqual([0, 1]);
  finish[1]?.();
  await runs[1];
  expect(started).toEqual([0, 1, 2]);
  finish[0]?.();
  await runs[0];
  expect(started).toEqual([0, 1, 2, 3]);
  finish.forEach((done) => done());
  await Promise.all(runs);
});

it("gives the slot back when the task fails", async () => {
  const slots = new Slots(1);
  await expect(slots.run(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
  await expect(slots.run(async () => "next")).resolves.toBe("next");
});
