import { randomBytes } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type RunningRegistry, startRegistry } from "@waybill/registry";
import { isSameSchema } from "../src/schema-identity.ts";
import { folderWith, type Run, runInProcess } from "./run-schemas.ts";

/** A registry that runs somewhere, such as Apicurio, Karapace or Confluent's, besides ours. */
const elsewhere = process.env["WAYBILL_TEST_REGISTRY_URL"];
if (elsewhere === undefined) {
  process.stderr.write("skipped: push and pull with another registry, as WAYBILL_TEST_REGISTRY_URL names none\n");
}

/** Not one that the registry holds from another run. */
const domain = `t${randomBytes(6).toString("hex")}`;
const subject = `${domain}.order-${domain}.order.OrderPlaced`;

const version = (...more: readonly object[]) => ({
  type: "record",
  name: "OrderPlaced",
  namespace: `${domain}.order`,
  doc: "An order was placed.",
  fields: [{ name: "orderId", type: { type: "string", logicalType: "uuid" }, "waybill.key": true }, ...more],
});
const note = { name: "note", type: ["null", "string"], default: null };
const pathOf = (number: number) => `schemas/${domain}/order.placed/v${number}.avsc`;

describe.each(["ours", ...(elsewhere === undefined ? [] : [elsewhere])])("with the registry %s", (named) => {
  let registry: RunningRegistry | undefined;
  let url = named;
  let folder: Awaited<ReturnType<typeof folderWith>>;

  beforeAll(async () => {
    if (named === "ours") {
      registry = await startRegistry({ port: 0, store: { kind: "memory" } });
      url = registry.url;
    }
    folder = await folderWith({ "schemas/schemas.config.json": {}, [pathOf(1)]: version() });
  });

  afterAll(async () => {
    await folder[Symbol.asyncDispose]();
    await registry?.stop();
  });

  const schemas = (...args: readonly string[]): Promise<Run> => runInProcess(folder.path, args);
  const push = (...args: readonly string[]) => schemas("push", "--registry", url, ...args);

  async function write(number: number, ...more: readonly object[]): Promise<void> {
    await writeFile(join(folder.path, pathOf(number)), JSON.stringify(version(...more), null, 2));
    expect(await schemas("release")).toMatchObject({ code: 0 });
  }

  it("registers once, and sets the mode of a new subject", async () => {
    expect(await schemas("release")).toMatchObject({ code: 0 });
    expect(await push("--dry-run")).toMatchObject({ code: 0, stdout: expect.stringContaining("1 schema to register") });
    expect(await push()).toMatchObject({ code: 0, stdout: expect.stringMatching(/Registered .* v1 as id \d+/) });
    expect(await push()).toMatchObject({ code: 0, stdout: expect.stringContaining("0 schemas to register, 1 unch") });
    const config = await fetch(`${url}/config/${subject}`);
    expect(await config.json()).toMatchObject({ compatibilityLevel: "FULL_TRANSITIVE" });
  });

  it("registers later versions, also one that differs in a doc alone", async () => {
    await write(2, note);
    await write(3, { ...note, doc: "What the customer says." });
    expect(await push()).toMatchObject({ code: 0, stdout: expect.stringContaining("2 schemas to register, 1 unch") });
    expect(await push()).toMatchObject({ code: 0, stdout: expect.stringContaining("0 schemas to register, 3 unch") });
  });

  it("is a baseline that the tree keeps to", async () => {
    expect(await schemas("check", "--against", url)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("against 3 released versions"),
    });
  });

  it("gives back what it was sent", async () => {
    const { stdout } = await schemas("pull", "pulled", "--registry", url);
    expect(stdout).toContain(`adopt  ${domain}.order.placed, 3 versions\n`);
    for (const number of [1, 2, 3]) {
      const [sent, got] = await Promise.all(
        [pathOf(number), pathOf(number).replace("schemas", "pulled")].map((path) =>
          readFile(join(folder.path, path), "utf8"),
        ),
      );
      expect(isSameSchema(sent ?? "", got ?? "")).toBe(true);
    }
    await rm(join(folder.path, "pulled"), { recursive: true });
  });

  it("refuses by its own mode what the tree allows, and nothing is registered", async () => {
    await writeFile(join(folder.path, "schemas/schemas.config.json"), '{ "mode": "NONE" }');
    await write(4, { name: "total", type: "long" });
    expect(await push()).toMatchObject({
      code: 1,
      stdout: expect.stringContaining("v4      incompatible with what the registry holds:"),
      stderr: expect.stringContaining("Nothing was registered"),
    });
  });
});
