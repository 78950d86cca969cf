import { describe, expect, it } from "@jest/globals";
import { folderWith, runInProcess } from "./run-schemas.ts";
import { orderRecord } from "./tree-fixture.ts";

const config = "schemas/schemas.config.json";
const v1 = "schemas/orders/order.placed/v1.avsc";
const v2 = "schemas/orders/order.placed/v2.avsc";
const files = {
  [config]: {},
  [v1]: orderRecord(),
  [v2]: orderRecord([{ name: "total", type: "long", doc: "In cents." }]),
};

describe("diff", () => {
  it("shows fields, then the verdict in both directions with its reasons", async () => {
    await using folder = await folderWith(files);
    expect(await runInProcess(folder.path, ["diff", "orders.order.placed"])).toEqual({
      code: 0,
      stderr: "",
      stdout: `orders.order.placed v1 -> orders.order.placed v2

+ total
    type  long
    doc   In cents.

backward  no: orders.order.placed v2 cannot read what orders.order.placed v1 wrote
    ${v2}:11:5: at total, the reader's field "total" has no default and the writer's record orders.order.OrderPlaced lacks it; add a default
forward   yes: orders.order.placed v1 can read what orders.order.placed v2 writes
`,
    });
  });

  it("gives the same as JSON, and compares a file with a version", async () => {
    await using folder = await folderWith({ ...files, "old.avsc": orderRecord([], "OrderWasPlaced") });
    const run = await runInProcess(folder.path, ["diff", "old.avsc", "orders.order.placed@1", "--json"]);
    expect(JSON.parse(run.stdout)).toMatchObject({
      before: { name: "old.avsc", record: "orders.order.OrderWasPlaced" },
      after: { name: "orders.order.placed v1", file: v1 },
      identical: false,
      changes: [{ kind: "changed", path: "", attributes: [{ attribute: "name" }] }],
      compatibility: { backward: { compatible: false, reasons: [{ kind: "NAME_MISMATCH", path: "" }] } },
    });
    const { stdout } = await runInProcess(folder.path, ["diff", "old.avsc", "orders.order.placed@1"]);
    expect(stdout).toContain("two generations, with a registry subject");
  });

  it("needs no tree for two files, and says when they are the same", async () => {
    await using folder = await folderWith({ "a.avsc": orderRecord(), "b.avsc": JSON.stringify(orderRecord()) });
    const { code, stdout } = await runInProcess(folder.path, ["diff", "a.avsc", "b.avsc"]);
    expect(code).toBe(0);
    expect(stdout).toContain("\nThe schemas are the same.\n");
  });

  it.each([
    [["diff", "orders.order.placed@1"], "v1 of orders.order.placed has no version before it."],
    [["diff", "a.avsc"], 'Name the schema to compare "a.avsc" with'],
    [["diff", "a.avsc", "b.avsc"], 'Cannot read "a.avsc": ENOENT'],
    [["diff", "bad.avsc", "bad.avsc"], "bad.avsc:1:2: "],
    [["diff", "enum.avsc", "enum.avsc"], "holds a schema of the type enum, not a record."],
    [["diff", "orders.order.placed", "orders.order.lost"], "The tree has no event orders.order.lost."],
  ])("refuses %j", async (args, message) => {
    const other = { "bad.avsc": "[", "enum.avsc": { type: "enum", name: "E", symbols: [] } };
    await using folder = await folderWith({ ...files, ...other });
    const { code, stdout, stderr } = await runInProcess(folder.path, args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
  });
});
