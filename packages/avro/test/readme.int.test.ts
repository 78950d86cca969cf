import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, it } from "@jest/globals";

const packageFolder = new URL("..", import.meta.url).pathname;
const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

it("does what the README says", () => {
  const example = /```ts\n([^]*?)```/.exec(readme)?.[1] ?? "";
  const said = [...example.matchAll(/^\/\/ (.*)$/gm)].map(([, line]) => line);
  const flags = ["--conditions=@waybill/source", "--input-type=module-typescript", "--eval", example];
  const printed = execFileSync(process.execPath, flags, { cwd: packageFolder, encoding: "utf8" });
  expect(printed.trimEnd().split("\n")).toEqual(said);
  expect(said).toHaveLength(2);
});
