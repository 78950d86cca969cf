import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeEach, expect, it } from "@jest/globals";
import { type RunningRegistry, startRegistry } from "@waybill/registry";
import { folderWith, runInProcess } from "./run-schemas.ts";
import { keyField, orderRecord } from "./tree-fixture.ts";

const note = { name: "note", type: ["null", "string"], default: null };
const files = {
  "schemas/schemas.config.json": { mode: "BACKWARD", events: { "orders.order.moved": { topic: "moves" } } },
  "schemas/orders/order.placed/v1.avsc": orderRecord(),
  "schemas/orders/order.placed/v2.avsc": orderRecord([note]),
  "schemas/orders/order.placed/v3.avsc": orderRecord([{ name: "total", type: "long" }], "OrderPlacedV3"),
  "schemas/orders/order.moved/v1.avsc": orderRecord([], "OrderMoved"),
};

let registry: RunningRegistry | undefined;

beforeEach(async () => {
  await registry?.stop();
  registry = await startRegistry({ port: 0, store: { kind: "memory" } });
});

afterAll(async () => {
  await registry?.stop();
});

function url(): string {
  if (registry === undefined) throw new Error("no registry is running");
  return registry.url;
}

async function register(subject: string, schema: object): Promise<void> {
  const response = await fetch(`${url()}/subjects/${subject}/versions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ schema: JSON.stringify(schema) }),
  });
  expect(response.status).toBe(200);
}

it("makes the very tree that was pushed, with its lock", async () => {
  await using folder = await folderWith(files);
  const run = (...args: readonly string[]) => runInProcess(folder.path, args);
  await run("release");
  await run("push", "--registry", url());

  const pull = await run("pull", "adopted", "--registry", url().replace("//", "//user:secret@"));
  expect(pull).toEqual({
    code: 0,
    stderr: "",
    stdout: `Registry ${url()}

adopt  orders.order.moved, 1 version
adopt  orders.order.placed, 3 versions

2 events to adopt, 0 subjects left out.
Wrote 6 files to adopted
Next: schemas check adopted
`,
  });
  const read = (path: string) => readFile(join(folder.path, path), "utf8");
  expect(await read("adopted/schemas.lock.json")).toBe(await read("schemas/schemas.lock.json"));
  expect(JSON.parse(await read("adopted/schemas.config.json"))).toEqual({
    mode: "BACKWARD",
    registry: { url: url() },
    events: { "orders.order.moved": { topic: "moves" } },
  });
  expect(await run("check", "adopted")).toMatchObject({
    code: 0,
    stdout: "2 events, 4 versions, mode BACKWARD: nothing to report\n",
  });
  expect((await run("push", "adopted", "--dry-run")).stdout).toContain("0 schemas to register, 4 unchanged.");

  const again = await run("pull", "adopted", "--registry", url());
  expect(again).toEqual({
    code: 2,
    stdout: "",
    stderr: 'error: "adopted" is not empty, and nothing was written. Name a new folder.\n',
  });
});

it("leaves out what is no event, and writes nothing when asked to", async () => {
  await register("orders-value", { type: "record", name: "com.acme.Order", fields: [keyField] });
  await using folder = await folderWith({});
  const run = (...args: readonly string[]) => runInProcess(folder.path, ["pull", "adopted", ...args]);
  const empty = await run("--registry", url());
  expect(empty.code).toBe(1);
  expect(empty.stderr).toBe("error: Nothing was written: the registry holds no event that can be adopted.\n");
  expect(empty.stdout).toContain("skip   orders-value: its record com.acme.Order is not named domain.entity");

  await register("orders.order-orders.order.OrderPlaced", orderRecord());
  const dry = await run("--registry", url(), "--dry-run");
  expect(dry.code).toBe(1);
  expect(dry.stdout).toContain("1 event to adopt, 1 subject left out.");
  expect(await readdir(folder.path)).toEqual([]);
});

it.each([
  [["pull", "x"], "No registry is named."],
  [["pull", "x", "--registry", "http://127.0.0.1:1"], "could not be reached"],
  [["pull", "file", "--registry", "http://127.0.0.1:1"], 'Cannot read the folder "file"'],
])("refuses %j", async (args, message) => {
  await using folder = await folderWith({ file: "a file" });
  const { code, stdout, stderr } = await runInProcess(folder.path, args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain(message);
});
