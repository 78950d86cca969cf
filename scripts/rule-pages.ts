// `pnpm rule-pages`: writes the page of each rule of `schemas check` and `schemas lint` from the tables in
// packages/schemas/src/rules and packages/schemas/src/lint.
// A test of the package holds the pages equal to the table.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rulePages } from "../packages/schemas/src/rule-pages.ts";

const root = join(import.meta.dirname, "../packages/schemas");
const pages = rulePages();

mkdirSync(join(root, "docs/rules"), { recursive: true });
const present = readdirSync(join(root, "docs/rules")).map((name) => `docs/rules/${name}`);
for (const path of present.filter((name) => !pages.has(name))) {
  rmSync(join(root, path));
  console.log(`removed ${path}`);
}
for (const [path, text] of pages) {
  if (present.includes(path) && readFileSync(join(root, path), "utf8") === text) continue;
  writeFileSync(join(root, path), text);
  console.log(`wrote ${path}`);
}
