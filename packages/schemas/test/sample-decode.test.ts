import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
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

describe("decode", () => {
  const event = "orders.order.placed";
  const id = "0a4f2d393031"; // the string "O-901" as Avro writes it

  it.each([
    ["binary", Buffer.from(id, "hex").toString("latin1")],
    ["hex", `${id.slice(0, 4)} ${id.slice(4)}\n`],
    ["base64", Buffer.from(id, "hex").toString("base64")],
  ])("reads %s", async (encoding, input) => {
    await using folder = await folderWith(files);
    expect(await runInProcess(folder.path, ["decode", `${event}@1`], input)).toEqual({
      code: 0,
      stdout: '{\n  "orderId": "O-901"\n}\n',
      stderr: `Read as ${event} v1 (${encoding})\n`,
    });
  });

  it.each(["hex", "base64"])("reads what sample prints as %s, framed or not, from a file", async (form) => {
    const run = async (...args: readonly string[]) => {
      await using folder = await folderWith(files);
      return runInProcess(folder.path, args);
    };
    const json = (await run("sample", event)).stdout;
    for (const frame of [[], ["--frame", "7"]]) {
      const { stdout: text } = await run("sample", event, "--as", form, ...frame);
      await using folder = await folderWith({ ...files, "message.txt": text });
      const decoded = await runInProcess(folder.path, ["decode", event, "message.txt"]);
      expect(JSON.parse(decoded.stdout)).toEqual(JSON.parse(json));
      expect(decoded.stderr).toContain(frame.length === 0 ? `(${form})` : `(${form}, registry id 7)`);
    }
  });

  it("reads standard input to its end", async () => {
    await using folder = await folderWith(files);
    const [main, cwd] = [fileURLToPath(new URL("../src/main.ts", import.meta.url)), folder.path];
    const args = ["--conditions=@waybill/source", main, "decode", `${event}@1`];
    const { status, stdout } = spawnSync(process.execPath, args, { cwd, input: id, encoding: "utf8" });
    expect({ status, data: JSON.parse(stdout) as unknown }).toEqual({ status: 0, data: { orderId: "O-901" } });
  });

  it.each([
    [[event], id, `The message cannot be read as ${event} v2: as bare hex: `],
    [[`${event}@1`], "", "Standard input is empty."],
    [[`${event}@1`, "--encoding", "hex"], "xyz", "it is not of the encoding that was named"],
    [[event, "lost.bin"], "", 'Cannot read "lost.bin": ENOENT'],
    [[event, "--registry", "http://127.0.0.1:1"], id, "does not begin as the registry's wire format does"],
  ])("refuses %j of %j, and tells nothing of what is in it", async (args, input, message) => {
    await using folder = await folderWith(files);
    const { code, stdout, stderr } = await runInProcess(folder.path, ["decode", ...args], input);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/O-901|4f2d39/);
  });
});

it.each(["sample", "decode"])("%s says that check knows what is wrong with a schema", async (command) => {
  const second = { name: "userId", type: "string", "waybill.key": true };
  await using folder = await folderWith({ ...files, "schemas/orders/order.placed/v1.avsc": orderRecord([second]) });
  const { code, stderr } = await runInProcess(folder.path, [command, "orders.order.placed@1"], "00");
  expect(code).toBe(2);
  expect(stderr).toMatch(/^error: orders\/order\.placed\/v1\.avsc cannot be used: .*two fields.* Run "schemas check"/);
});
