import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { spawn } from "node:child_process";
import { expect, it } from "@jest/globals";
import { startRegistry } from "@waybill/registry";
import { parseConfig } from "../src/config.ts";
import { folderWith, runInProcess } from "./run-schemas.ts";
import { bytesOf, orderRecord } from "./tree-fixture.ts";

const packageFolder = fileURLToPath(new URL("..", import.meta.url));
const readme = await readFile(join(packageFolder, "README.md"), "utf8");

function blocksOf(language: string): readonly string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(([, text = ""]) => text);
}

it("shows commands that run as they stand, one after the other", async () => {
  const [block = ""] = blocksOf("sh");
  const lines = block.split("\n").filter((line) => line.startsWith("npx schemas "));
  expect(lines.length).toBeGreaterThan(7);
  const registry = await startRegistry({ port: 0, store: { kind: "memory" } });
  try {
    await using folder = await folderWith({});
    for (const line of lines) {
      const args = line.replace(/ +#.*/, "").split(/ +/).slice(2);
      const where = args[0] === "push" ? ["--registry", registry.url] : [];
      const { code, stdout, stderr } = await runInProcess(folder.path, [...args, ...where]);
      expect({ line, code, stdout, stderr }).toMatchObject({ line, code: 0, stderr: "" });
    }
  } finally {
    await registry.stop();
  }
});

it("shows settings that the config takes", () => {
  const settings = ["mode", "generate", "registry", "rules", "events", "waivers", "lint"];
  const objects = blocksOf("json").filter((text) => text.startsWith("{"));
  const configs = objects.filter((text) => {
    const keys = Object.keys(JSON.parse(text) as object);
    // An event's `lint` block is in a schema; a contract has events too, and names its service.
    return keys.some((key) => settings.includes(key)) && !keys.includes("service");
  });
  expect(configs.length).toBeGreaterThan(2);
  for (const text of configs) expect(parseConfig(bytesOf(text)).problems).toBeNull();
});

it("shows a program that pushes a sound tree", async () => {
  const program = blocksOf("ts").find((text) => text.includes('from "@waybill/schemas"')) ?? "";
  const registry = await startRegistry({ port: 0, store: { kind: "memory" } });
  try {
    await using folder = await folderWith({
      "schemas/schemas.config.json": {},
      "schemas/orders/order.placed/v1.avsc": orderRecord(),
    });
    expect((await runInProcess(folder.path, ["release"])).code).toBe(0);
    await mkdir(join(folder.path, "node_modules/@waybill"), { recursive: true });
    await symlink(packageFolder, join(folder.path, "node_modules/@waybill/schemas"));
    await writeFile(join(folder.path, "push.mts"), program.replace("http://localhost:8081", registry.url));
    expect(await run(folder.path, "push.mts")).toEqual({ code: 0, stdout: "orders.order.placed 1 1\n", stderr: "" });
  } finally {
    await registry.stop();
  }
}, 30_000);

function run(cwd: string, file: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--conditions=@waybill/source", file], { cwd });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.once("error", reject).once("close", (code) => resolve({ code, stdout, stderr }));
  });
}
