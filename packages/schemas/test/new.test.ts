import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "@jest/globals";
import { folderWith, runInProcess } from "./run-schemas.ts";
import { orderRecord } from "./tree-fixture.ts";

const config = "schemas/schemas.config.json";
const v1 = "schemas/orders/order.placed/v1.avsc";

it("adds an event, then a version, then a generation, all of which pass check", async () => {
  await using folder = await folderWith({ [config]: {} });
  const run = (...args: readonly string[]) => runInProcess(folder.path, args);
  expect(await run("new", "orders.order.placed")).toEqual({
    code: 0,
    stderr: "",
    stdout: `Wrote ${v1}: record orders.order.OrderPlaced\nNext: edit it, then schemas check\n`,
  });
  await run("release");
  expect((await run("new", "orders.order.placed")).stdout).toBe(
    "Wrote schemas/orders/order.placed/v2.avsc: record orders.order.OrderPlaced, a copy of orders.order.placed v1\nNext: edit it, then schemas check\n",
  );
  expect((await run("new", "orders.order.placed", "--breaking", "--tree", "schemas")).stdout).toBe(
    "Wrote schemas/orders/order.placed/v3.avsc: record orders.order.OrderPlacedV3, a copy of orders.order.placed v2\nNote: v2 is not released, so it may still be edited itself.\nNext: edit it, then schemas check schemas\n",
  );
  expect((await run("new", "orders.order.moved", "--from", "orders.order.placed@1")).code).toBe(0);
  expect((await run("check")).code).toBe(0);
  expect(await readFile(join(folder.path, "schemas/orders/order.placed/v2.avsc"))).toEqual(
    await readFile(join(folder.path, v1)),
  );
});

it.each([
  ["orders.placed", 'error: "orders.placed" names no event.'],
  ["orders.order.placed@4", "The version is not yours to choose"],
])("refuses %s", async (event, message) => {
  await using folder = await folderWith({ [config]: {}, [v1]: orderRecord() });
  const { code, stderr } = await runInProcess(folder.path, ["new", event]);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});

it("says why it cannot write", async () => {
  await using folder = await folderWith({ [config]: {}, "schemas/orders": "a file, where a folder belongs" });
  const { code, stderr } = await runInProcess(folder.path, ["new", "orders.order.placed"]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^error: Cannot write "schemas\/orders\/order\.placed\/v1\.avsc": /);
});
