import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { type RunningRegistry, startRegistry } from "@waybill/registry";
import { folderWith, runInProcess } from "./run-schemas.ts";
import { orderRecord } from "./tree-fixture.ts";

const event = "orders.order.placed";
const note = { name: "note", type: ["null", "string"], default: null };
const files = {
  "schemas/schemas.config.json": {},
  "schemas/orders/order.placed/v1.avsc": orderRecord(),
  "schemas/orders/order.placed/v2.avsc": orderRecord([note]),
  "schemas/orders/order.placed/v3.avsc": orderRecord([{ name: "total", type: "long" }], "OrderPlacedV3"),
};

let registry: RunningRegistry;

beforeAll(async () => {
  registry = await startRegistry({ port: 0, store: { kind: "memory" } });
});

afterAll(() => registry.stop());

it("takes the writer's schema from the registry, and reads as the newest version of its generation", async () => {
  await using folder = await folderWith(files);
  const run = (args: readonly string[], input = "") => runInProcess(folder.path, args, input);
  await run(["push", "--registry", registry.url, "--include-unreleased"]);
  const written = (await run(["sample", `${event}@1`, "--as", "hex", "--frame", "1"])).stdout;
  const { orderId } = JSON.parse((await run(["sample", `${event}@1`])).stdout) as { orderId: string };

  const decoded = await run(["decode", event, "--registry", registry.url], written);
  expect(decoded.stderr).toBe(`Read as ${event} v2 (hex, written with the registry's schema 1)\n`);
  expect(JSON.parse(decoded.stdout)).toEqual({ orderId, note: null });

  const asWritten = await run(["decode", `${event}@1`, "--registry", registry.url], written);
  expect(JSON.parse(asWritten.stdout)).toEqual({ orderId });
});

it("says which generations do not resolve, and which id the registry lacks", async () => {
  await using folder = await folderWith(files);
  const run = (args: readonly string[], input: string) => runInProcess(folder.path, args, input);
  const other = await run(["decode", `${event}@3`, "--registry", registry.url], "00000000010a4f2d393031");
  expect(other).toMatchObject({ code: 2, stdout: "" });
  expect(other.stderr).toContain(`cannot be read as ${event} v3`);
  const unknown = await run(["decode", event, "--registry", registry.url], "00000003e70a4f2d393031");
  expect(unknown).toMatchObject({ code: 2, stdout: "" });
  expect(unknown.stderr).toContain("refused GET /schemas/ids/999");
});
