import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type GeneratedFolder, generateModules } from "@waybill/codec-conformance";
import type { EventDescriptor } from "@waybill/events";
import { build } from "esbuild";

let folder: GeneratedFolder;

/** Every version has words of its own in its schema, by which a bundle shows what it holds. */
function versionText(recordName: string, mark: string, more: readonly object[] = []): string {
  const fields = [{ name: "id", type: "string", doc: `mark-${mark}`, "waybill.key": true }, ...more];
  return JSON.stringify({ type: "record", name: recordName, namespace: "samples.shop", fields });
}

const labels = { name: "labels", type: { type: "map", values: "string" }, default: {} };

beforeAll(async () => {
  folder = await generateModules([
    {
      name: "order.placed",
      versions: [
        versionText("OrderPlaced", "placed-1"),
        versionText("OrderPlaced", "placed-2", [labels]),
        versionText("OrderPlacedV3", "placed-3"),
      ],
    },
    { name: "order.shipped", versions: [versionText("OrderShipped", "shipped-1")] },
    { name: "parcel.lost", versions: [versionText("ParcelLost", "lost-1", [labels])] },
  ]);
});
afterAll(() => folder.remove());

async function bundle(exported: string, module = "./samples/src/index.ts"): Promise<string> {
  const result = await build({
    stdin: { contents: `export { ${exported} } from "${module}";`, resolveDir: folder.path },
    bundle: true,
    conditions: ["@waybill/source"],
    format: "esm",
    logLevel: "silent",
    platform: "node",
    write: false,
  });
  return result.outputFiles.map(({ text }) => text).join("\n");
}

function marksIn(text: string): string[] {
  return [...new Set(text.match(/mark-[a-z]+-\d/g))].toSorted();
}

/** What a descriptor brings along: its own version, and the last one of each earlier generation. */
function marksOf(descriptor: EventDescriptor): string[] {
  const earlier: EventDescriptor[] = Object.values(descriptor.earlier);
  return [...new Set([...marksIn(descriptor.schema), ...earlier.flatMap(marksOf)])].toSorted();
}

describe("a bundle of one export of a generated package", () => {
  it("holds that event's version and the earlier generations it names, and no others", async () => {
    const index = (await import(join(folder.path, "samples/src/index.ts"))) as Record<string, EventDescriptor>;
    const exported = Object.keys(index);
    expect(exported).toEqual(expect.arrayContaining(["orderPlaced", "orderPlacedV1", "orderPlacedV3", "parcelLostV1"]));
    const found = await Promise.all(exported.map(async (name) => [name, marksIn(await bundle(name))] as const));
    const expected = exported.map((name) => [name, marksOf(index[name]!)] as const);
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected));
    expect(Object.fromEntries(found)).toMatchObject({
      orderPlacedV1: ["mark-placed-1"],
      orderPlacedV3: ["mark-placed-2", "mark-placed-3"],
      orderShipped: ["mark-shipped-1"],
    });
  });

  it("holds one resolving reader for each record of its version, whatever the number of versions that it can read", async () => {
    const text = await bundle("orderPlacedV2");
    expect(text.match(/function resolve\w+/g)).toEqual(["function resolveOrderPlacedV2"]);
    const withEarlier = await bundle("orderPlaced");
    expect(withEarlier.match(/function resolve\w+/g)?.toSorted()).toEqual([
      "function resolveOrderPlacedV2",
      "function resolveOrderPlacedV3",
    ]);
  });

  it("holds no factories for tests", async () => {
    const exported = await readFile(join(folder.path, "samples/src/order.placed.testing.ts"), "utf8");
    expect(exported).toContain("function orderPlacedV1Example(");
    for (const name of ["orderPlaced", "orderPlacedV1"]) expect(await bundle(name)).not.toContain("Example");
  });

  it("holds the readers and writers that the event needs, and not the interpreter", async () => {
    const withMap = await bundle("parcelLost");
    const without = await bundle("orderShipped");
    for (const text of [withMap, without]) {
      expect(text).toContain("function writeString(");
      expect(text).not.toContain("function compileReader(");
      expect(text).not.toContain("function compileWriter(");
      expect(text).not.toContain("function readFixedUuid(");
    }
    expect(withMap).toContain("function readKey(");
    expect(without).not.toContain("function readKey(");
  });
});

describe("a bundle of one export of the runtime", () => {
  const codecFree = [
    "Decimal",
    "decodeRecordHeaders",
    "encodeRecordHeaders",
    "envelopeFromHeaders",
    "envelopeToHeaders",
    "frame",
    "parseFrame",
    "schemaIdOf",
  ];
  it.each(codecFree)("%s holds nothing of the codec", async (name) => {
    const text = await bundle(name, "@waybill/events");
    expect(text).toContain(name);
    expect(text).not.toMatch(/class AvroInput|class AvroOutput|function compile\w+\(|function readSchema\(/);
  });
});
