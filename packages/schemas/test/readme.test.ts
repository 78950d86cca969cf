import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "@jest/globals";
import { schemasErrorCodes } from "../src/errors.ts";
import { rules } from "../src/finding.ts";
import { reportFormats } from "../src/formats/report-formats.ts";
import { rulePages } from "../src/rule-pages.ts";
import { ruleDocs } from "../src/rules/rule-docs.ts";
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

it.each(rules)("says of %s what the table of rules says", (rule) => {
  const [row = ""] = readme.match(new RegExp(`^\\| \\[?\`${rule}\` .*$`, "m")) ?? [];
  const cells = row.split(" | ").map((cell) => cell.replace(/^\| | +\|$/g, "").trim());
  const { severity, found, fix } = ruleDocs[rule];
  expect(cells).toEqual([`\`${rule}\``, severity, found, fix]);
});

it("has a page for every rule, as the table of rules says it", async () => {
  const folder = new URL("../docs/rules/", import.meta.url);
  const names = await readdir(folder);
  const pages = await Promise.all(
    names.map(async (name) => [`docs/rules/${name}`, await readFile(new URL(name, folder), "utf8")] as const),
  );
  // After an intended change: pnpm rule-pages
  expect(Object.fromEntries(pages)).toEqual(Object.fromEntries(rulePages()));
});

it("names every form of the report", () => {
  for (const format of Object.keys(reportFormats)) expect(readme).toContain(`\`${format}\``);
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

const commands = [
  "init",
  "check",
  "lint",
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

it.each(["list", "show", "of", "add"])("names every option of consumers %s", async (command) => {
  const { stdout } = await runInProcess("/", ["consumers", command, "--help"]);
  const [row = ""] = readme.match(/^\| `schemas consumers` .*$/m) ?? [];
  expect(row).toContain(`\`${command}`);
  for (const [, option] of stdout.matchAll(/^ {2}(--[a-z-]+)/gm)) expect(row).toContain(`\`${option}`);
});

it("shows what check says of a field that nobody reads", async () => {
  const [, contract = "", shown] =
    /\n### Consumer contracts\n.*?```json\n(.*?)```.*?```text\n(.*?)```/s.exec(readme) ?? [];
  const field = (name: string, more = "") => `    { "name": "${name}", "type": "string"${more} }`;
  const record = (...fields: readonly string[]) =>
    `{\n  "type": "record",\n  "namespace": "orders.order",\n  "name": "OrderPlaced",\n  "fields": [\n${fields.join(",\n")}\n  ]\n}\n`;
  const fields = [field("orderId", ', "waybill.key": true'), field("customerId")];
  await using folder = await folderWith({
    "schemas/schemas.config.json": {},
    "schemas/consumers/email.json": contract,
    "schemas/orders/order.placed/v1.avsc": record(...fields, field("channel")),
  });
  await runInProcess(folder.path, ["release"]);
  await writeFile(join(folder.path, "schemas/orders/order.placed/v2.avsc"), record(...fields));
  const { stdout } = await runInProcess(folder.path, ["check"]);
  expect(stdout).toBe(shown);
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

it("shows shared types as they are, and what check says without an import", async () => {
  const [, section = ""] = /\n### Shared types\n(.*?)\n## /s.exec(readme) ?? [];
  const [type, event = ""] = [...section.matchAll(/```json\n(.*?)```/gs)].map(([, block]) => block);
  const v1 = "schemas/orders/order.placed/v1.avsc";
  const tree = { "schemas/schemas.config.json": {}, "schemas/types/money/v1.avsc": type };
  await using sound = await folderWith({ ...tree, [v1]: event });
  expect((await runInProcess(sound.path, ["check"])).stdout).not.toMatch(/error|warning/);
  const list = '  "waybill.imports": ["types/money/v1.avsc"],\n';
  expect(event).toContain(list);
  await using lacking = await folderWith({ ...tree, [v1]: event.replace(list, "") });
  const [, shown = ""] = /```text\n(.*?)```/s.exec(section) ?? [];
  expect((await runInProcess(lacking.path, ["check"])).stdout).toContain(shown);
});
