import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect, it } from "@jest/globals";

const folder = join(import.meta.dirname, "../test-types");
const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");

/** The code of each error by its line, in the file of that name. */
function errorsOf(file: string): Record<string, string> {
  const { stdout, status } = spawnSync(process.execPath, [tsc, "-p", folder, "--pretty", "false"], {
    encoding: "utf8",
  });
  const errors = stdout.split("\n").filter((line) => /^\S.*error TS/.test(line));
  if (status !== 0 && errors.length === 0) throw new Error(`tsc failed: ${stdout}`);
  const own = errors.filter((line) => line.includes(file));
  return Object.fromEntries(own.map((line) => [/\((\d+),/.exec(line)?.[1], /TS\d+/.exec(line)?.[0]]));
}

it("compiles what it should, and refuses the root client and wrong data", () => {
  expect(errorsOf("")).toEqual({});
});

it("refuses for the reason that we think", () => {
  const source = readFileSync(join(folder, "publish.ts"), "utf8");
  const expectError = "// @ts-expect-error";
  const copy = join(folder, "stripped.ts"); // git ignores it
  writeFileSync(copy, source.replaceAll(expectError, "//"));
  try {
    const errors = errorsOf("stripped.ts");
    const lines = source.split("\n");
    const reasonOf = (line: string) => lines[Number(line) - 2]?.slice(expectError.length + 1);
    const reasons = Object.entries(errors).map(([line, code]) => `${code} ${reasonOf(line)}`);
    expect(reasons).toEqual([
      "TS2345 the root client is not a transaction",
      "TS2345 nor is an extended root client",
      "TS2345 nor for several events",
      "TS2322 the data is typed",
      "TS2741 a field is missing",
      "TS2353 a field is unknown",
      "TS2322 the data of one of several is typed",
      "TS2739 a descriptor alone is no event",
      "TS2684 $publish outside of a transaction",
      "TS2684 $publishAll outside of a transaction",
      "TS2741 the data is typed there too",
      "TS2561 options are checked",
      "TS2345 a transaction must not notify",
      "TS2345 nor a client that may be in one",
    ]);
  } finally {
    rmSync(copy);
  }
});
