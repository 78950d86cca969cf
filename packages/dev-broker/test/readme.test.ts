import { readFileSync } from "node:fs";
import { expect, it } from "@jest/globals";
import { apis } from "../src/apis/api-table.ts";

it("the README's table names the APIs and versions that the broker speaks", () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
  const rows = [...readme.matchAll(/^\| (\w+) \| (\d+) \| (\d+) to (\d+) \|$/gm)].map(([, ...cells]) => cells);
  expect(rows).toEqual(
    apis.map(({ name, key, minVersion, maxVersion }) => [name, `${key}`, `${minVersion}`, `${maxVersion}`]),
  );
});
