import { readFile } from "node:fs/promises";
import { expect, it } from "@jest/globals";
import { schemasErrorCodes } from "../src/errors.ts";
import { rules } from "../src/finding.ts";
import { lintRules } from "../src/lint/lint-rules.ts";
import { lintRuleIds } from "../src/lint/rule-ids.ts";
import { folderWith, runInProcess } from "./run-schemas.ts";

const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");

/** The first cells of the table below a heading, without their backquotes. */
function tableBelow(heading: string): readonly string[] {
  const section = readme.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  return [...section.matchAll(/^\| `([^`]+)` +\|/gm)].map(([, cell]) => cell ?? "");
}

it("explains every rule", () => {
  expect(tableBelow("Rules of check")).toEqual(rules);
});

it("explains every rule of lint, with its levels", () => {
  expect(tableBelow("Rules of lint")).toEqual(lintRuleIds);
  expect(lintRules.map(({ id }) => id)).toEqual(lintRuleIds);
  for (const { id, levels, summary } of lintRules) {
    const [, recommended, strict, asked] =
      new RegExp(`^\\| \`${id}\` +\\| (\\w+) +\\| (\\w+) +\\| (.*?) *\\|`, "m").exec(readme) ?? [];
    expect({ id, recommended, strict, asked }).toEqual({ id, ...levels, asked: summary });
  }
});

it("explains every error code", () => {
  expect(tableBelow("Errors")).toEqual(schemasErrorCodes);
});

it.each(["init", "check", "lint", "release", "generate", "push"])("names every option of %s", async (command) => {
  const { stdout } = await runInProcess("/", [command, "--help"]);
  const [row = ""] = readme.match(new RegExp(`^\\| \`schemas ${command} .*$`, "m")) ?? [];
  const options = [...stdout.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, option]) => option);
  expect(options.length).toBeGreaterThan(0);
  for (const option of options) expect(row).toContain(`\`${option}`);
});

it("shows what lint says", async () => {
  const fields = [
    '{ "name": "itemId", "type": "string", "doc": "The item.", "waybill.key": true }',
    '{ "name": "price", "type": "double", "doc": "What it costs." }',
    '{ "name": "stock", "type": "int", "doc": "Pieces at hand." }',
  ];
  const schema = `{
  "type": "record",
  "name": "ItemUpdated",
  "namespace": "shop.item",
  "doc": "Something about an item is different.",
  "fields": [
    ${fields.join(",\n    ")}
  ]
}`;
  await using folder = await folderWith({
    "schemas/schemas.config.json": {},
    "schemas/shop/item.updated/v1.avsc": schema,
  });
  const { stdout } = await runInProcess(folder.path, ["lint"]);
  const [, shown] = /\n### lint\n.*?```text\n(.*?)```/s.exec(readme) ?? [];
  expect(stdout).toBe(shown);
});
