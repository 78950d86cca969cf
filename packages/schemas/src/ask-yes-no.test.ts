import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { expect, it } from "@jest/globals";
import { askYesNo } from "./ask-yes-no.ts";

it.each([
  ["y\n", true, 0],
  ["YES\n", true, 0],
  ["n\n", false, 0],
  ["\n", false, 0],
  ["yesterday\n", false, 0],
  ["\u0004", false, 0], // Ctrl-D
  ["\u0003", false, 1], // Ctrl-C
])("takes %j for %s", async (typed, answer, interrupts) => {
  const [input, output] = [new PassThrough(), new PassThrough()];
  let interrupted = 0;
  const asked = askYesNo("Register 3 schemas?", { input, output, interrupt: () => interrupted++ });
  input.write(typed);
  expect(await asked).toBe(answer);
  expect(interrupted).toBe(interrupts);
  output.end();
  expect(await text(output)).toContain("Register 3 schemas? [y/N] ");
});

it("takes the end of the input for no", async () => {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const asked = askYesNo("Sure?", { input, output, interrupt: () => undefined });
  input.end();
  expect(await asked).toBe(false);
});
