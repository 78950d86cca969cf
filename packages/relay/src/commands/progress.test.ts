import { expect, it } from "@jest/globals";
import { Progress, progressBar, progressText } from "./progress.ts";

it("tells share, rate and what is left", () => {
  expect(progressText(12_000, 50_000, 12_000, "replayed")).toBe("replayed 12,000 of 50,000 (24%), 1,000/s, 38 s left");
  expect(progressText(0, 50_000, 0, "replayed")).toBe("replayed 0 of 50,000 (0%), 0/s");
  expect(progressText(500, null, 1_000, "seeded")).toBe("seeded 500, 500/s");
});

it("draws a bar where the total is known", () => {
  expect(progressBar(1, 3)).toBe(`[${"#".repeat(10)}${"-".repeat(20)}] `);
  expect(progressBar(4, 3)).toBe(`[${"#".repeat(30)}] `);
  expect(progressBar(1, null)).toBe("");
});

it.each([
  {
    isTerminal: true,
    expected: ["\r\u001b[K[###############---------------] done 1 of 2 (50%), 5.0/s, 200 ms left", "\n"],
  },
  { isTerminal: false, expected: ["done 2 of 2 (100%), 0.4/s, 0 ms left\n"] },
])("redraws a line on a terminal, and prints some elsewhere ($isTerminal)", ({ isTerminal, expected }) => {
  const written: string[] = [];
  let clock = 0;
  const environment = {
    env: {},
    shutdown: new AbortController().signal,
    stdout: () => {},
    stderr: (text: string) => void written.push(text),
    isTerminal,
  };
  const progress = new Progress(environment, { verb: "done", total: 2, now: () => clock });
  clock = 200;
  progress.update(1);
  clock = 210;
  progress.update(1); // too early for either
  if (!isTerminal) {
    clock = 5_000;
    progress.update(2);
  }
  progress.close();
  progress.close();
  expect(written).toEqual(expected);
});
