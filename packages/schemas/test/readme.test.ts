import { readFile } from "node:fs/promises";
import { expect, it } from "@jest/globals";
import { schemasErrorCodes } from "../src/errors.ts";
import { rules } from "../src/finding.ts";
import { runInProcess } from "./run-schemas.ts";

const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");

/** The first cells of the table below a heading, without their backquotes. */
function tableBelow(heading: string): readonly string[] {
  const section = readme.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  return [...section.matchAll(/^\| `([^`]+)` +\|/gm)].map(([, cell]) => cell ?? "");
}

it("explains every rule", () => {
  expect(tableBelow("Rules of check")).toEqual(rules);
});

it("explains every error code", () => {
  expect(tableBelow("Errors")).toEqual(schemasErrorCodes);
});

const commands = [
  "init",
  "check",
  "release",
  "generate",
  "push",
  "list",
  "show",
  "new",
  "diff",
  "sample",
  "decode",
  "pull",
];

it.each(commands)("names every option of %s", async (command) => {
  const { stdout } = await runInProcess("/", [command, "--help"]);
  const [row = ""] = readme.match(new RegExp(`^\\| \`schemas ${command} .*$`, "m")) ?? [];
  const options = [...stdout.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, option]) => option);
  expect(options.length).toBeGreaterThan(0);
  for (const option of options) expect(row).toContain(`\`${option}`);
});
