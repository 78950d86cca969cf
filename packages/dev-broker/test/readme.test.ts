import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "@jest/globals";
import { apis } from "../src/apis/api-table.ts";

const packageFolder = fileURLToPath(new URL("..", import.meta.url));
const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

it("the README's table names the APIs and versions that the broker speaks", () => {
  const rows = [...readme.matchAll(/^\| (\w+) \| (\d+) \| (\d+) to (\d+) \|$/gm)].map(([, ...cells]) => cells);
  expect(rows).toEqual(
    apis.map(({ name, key, minVersion, maxVersion }) => [name, `${key}`, `${minVersion}`, `${maxVersion}`]),
  );
});

it("the README's example runs", () => {
  const [, example = ""] = /```ts\n(.*?)```/s.exec(readme) ?? [];
  expect(example).toContain("startDevBroker()");
  // Throws when the example does, or does not end.
  execFileSync(process.execPath, ["--conditions=@waybill/source", "--input-type=module-typescript", "-"], {
    cwd: packageFolder,
    input: example,
    timeout: 20_000,
    stdio: ["pipe", "ignore", "pipe"],
  });
});
