import { describe, expect, it } from "@jest/globals";
import { folderWith, runInProcess } from "./run-schemas.ts";
import { orderRecord } from "./tree-fixture.ts";

const config = "schemas/schemas.config.json";
const v1 = "schemas/orders/order.placed/v1.avsc";
const v2 = "schemas/orders/order.placed/v2.avsc";
const note = { name: "note", type: ["null", "string"], default: null, doc: "What the customer wrote." };
const files = { [config]: {}, [v1]: orderRecord(), [v2]: { ...orderRecord([note]), doc: "Placed." } };

describe("list", () => {
  it("prints a table, and the same as JSON with paths from the working directory", async () => {
    await using folder = await folderWith(files);
    expect(await runInProcess(folder.path, ["list"])).toEqual({
      code: 0,
      stderr: "",
      stdout: `EVENT                VERSIONS  STATE             TOPIC         KEY
orders.order.placed  v1-v2     v1-v2 unreleased  orders.order  orderId
`,
    });
    const { stdout } = await runInProcess(folder.path, ["list", "schemas", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      events: [{ generations: [{ versions: [{ file: v1, state: "unreleased" }, { file: v2 }] }] }],
    });
  });

  it("says what to do in an empty tree", async () => {
    await using folder = await folderWith({ [config]: {} });
    expect((await runInProcess(folder.path, ["list"])).stdout).toBe('No events yet: make one with "schemas new".\n');
    expect((await runInProcess(folder.path, ["list", "--json"])).stdout).toBe('{\n  "events": [],\n  "types": []\n}\n');
  });
});

describe("show", () => {
  it("shows the newest version", async () => {
    await using folder = await folderWith(files);
    const { code, stdout, stderr } = await runInProcess(folder.path, ["show", "orders.order.placed"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(`orders.order.placed v2, unreleased
Placed.

file          ${v2}
record        orders.order.OrderPlaced
topic         orders.order
subject       orders.order-orders.order.OrderPlaced
key           orderId
`);
    expect(stdout).toContain(`
OrderPlaced
├─ orderId: string, key
└─ note: null | string, default null
     What the customer wrote.
`);
  });

  it("gives the same as JSON, with the fingerprint that the lock holds", async () => {
    await using folder = await folderWith(files);
    await runInProcess(folder.path, ["release"]);
    const { stdout } = await runInProcess(folder.path, [
      "show",
      "orders.order.placed@1",
      "--json",
      "--tree",
      "schemas",
    ]);
    const { stdout: canonical } = await runInProcess(folder.path, ["show", "orders.order.placed@1", "--canonical"]);
    expect(canonical).toBe(
      '{"name":"orders.order.OrderPlaced","type":"record","fields":[{"name":"orderId","type":"string"}]}\n',
    );
    expect(JSON.parse(stdout)).toMatchObject({
      event: "orders.order.placed",
      version: 1,
      state: "released",
      key: "orderId",
      fingerprints: { crc64: expect.stringMatching(/^[0-9a-f]{16}$/), text: expect.stringMatching(/^[0-9a-f]{64}$/) },
      schema: { record: "OrderPlaced", fields: [{ name: "orderId", type: "string", key: true, records: [] }] },
    });
  });

  it.each([
    [["show", "order.placed"], "names no event"],
    [["show", "orders.order.placed@3"], "has no version 3; it has v1, v2."],
    [["show", "orders.order.lost"], "The tree has no event orders.order.lost."],
    [["show", "orders.order.placed", "--json", "--canonical"], "cannot be used with option '--json'"],
  ])("refuses %j", async (args, message) => {
    await using folder = await folderWith(files);
    const { code, stdout, stderr } = await runInProcess(folder.path, args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
  });
});
