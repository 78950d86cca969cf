import { describe, expect, it } from "@jest/globals";
import { folderWith, runInProcess } from "./run-schemas.ts";
import { orderRecord } from "./tree-fixture.ts";

const total = { name: "total", type: { type: "bytes", logicalType: "decimal", precision: 9, scale: 2 } };
const files = {
  "schemas/schemas.config.json": {},
  "schemas/orders/order.placed/v1.avsc": orderRecord(),
  "schemas/orders/order.placed/v2.avsc": orderRecord([total], "OrderPlacedV2"),
};

describe("sample", () => {
  it("prints as many lines of JSON as it is asked for", async () => {
    await using folder = await folderWith(files);
    const { code, stdout, stderr } = await runInProcess(folder.path, ["sample", "orders.order.placed", "--count", "3"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const lines = stdout.trimEnd().split("\n");
    expect(lines).toHaveLength(3);
    for (const line of lines) {
      expect(JSON.parse(line)).toEqual({
        orderId: expect.stringMatching(/^[A-Z0-9]{10}$/),
        total: expect.stringMatching(/^\d+\.\d\d$/),
      });
    }
  });

  it("prints Avro bytes, framed when an id is given", async () => {
    await using folder = await folderWith(files);
    const sample = async (...args: readonly string[]) =>
      (await runInProcess(folder.path, ["sample", "orders.order.placed@1", ...args])).stdout.trimEnd();
    const bare = await sample("--as", "hex");
    expect(bare).toMatch(/^14([0-9a-f]{2}){10}$/);
    expect(await sample("--as", "hex", "--frame", "258")).toBe(`0000000102${bare}`);
    expect(await sample("--as", "base64")).toBe(Buffer.from(bare, "hex").toString("base64"));
  });

  it.each([
    [["--count", "0"], "Give an integer from 1 to 100000."],
    [["--seed", "x"], "Give an integer from 0 to 4294967295."],
    [["--frame", "1"], "--frame is for bytes."],
    [["--as", "xml"], "Allowed choices are json, hex, base64."],
  ])("refuses %j", async (args, message) => {
    await using folder = await folderWith(files);
    const { code, stdout, stderr } = await runInProcess(folder.path, ["sample", "orders.order.placed", ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
  });
});
