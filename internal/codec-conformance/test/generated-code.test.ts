import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  createRandom,
  type GeneratedFolder,
  generateModules,
  hostileSchema,
  randomPair,
  reservedWordsSchema,
  sampleSchemas,
} from "@waybill/codec-conformance";
import { describeEvent, type EventDescriptor } from "@waybill/events";
import { readRecordSchema } from "@waybill/events/codegen/model";

const orderV1 = recordText("OrderPlaced", [{ name: "orderId", type: "string", "waybill.key": true }]);
const orderV2 = recordText("OrderPlaced", [
  { name: "orderId", type: "string", "waybill.key": true },
  { name: "channel", type: [card("Web"), card("Store")] },
]);
const orderV3 = recordText("OrderPlacedV3", [{ name: "number", type: "long", "waybill.key": true }]);
let folder: GeneratedFolder;

function recordText(name: string, fields: readonly object[]): string {
  return JSON.stringify({ type: "record", name, namespace: "samples.order", fields });
}

function card(name: string): object {
  return { type: "record", name, fields: [{ name: `${name.toLowerCase()}Id`, type: "int" }] };
}

beforeAll(async () => {
  folder = await generateModules([
    ...sampleSchemas.map(({ name, text }) => ({ name: `sample.${name}`, versions: [text] })),
    { name: "sample.hostile", versions: [hostileSchema, hostileSchema.replace('"Hostile"', '"HostileV2"')] },
    { name: "sample.reserved", versions: [reservedWordsSchema] },
    { name: "class.new", versions: [recordText("Function", [{ name: "this", type: "int" }])] },
    { name: "order.placed", versions: [orderV1, orderV2, orderV3] },
    // Both would shadow what generated code itself refers to.
    { name: "uint8.array", versions: [recordText("Uint8Array", [{ name: "bytes", type: "bytes" }])] },
    { name: "avro.input", versions: [recordText("AvroInput", [])] },
    { name: "endless.nested", versions: [recordText("Endless", [{ name: "self", type: "Endless" }])] },
  ]);
});
afterAll(() => folder.remove());

/** How a consumer writes against the types. Compiles only when they say what they should. */
const usage = `
import { Decimal } from "@waybill/events";
import type { DataOf, EventDescriptor } from "@waybill/events";
import { type AnyOrderPlaced, type OrderPlaced, orderPlaced, orderPlacedV2 } from "./samples/src/order.placed.ts";
import { orderPlacedExample, orderPlacedV2Example } from "./samples/src/order.placed.testing.ts";
import type { DecimalsSample } from "./usage-types.ts";

export function labelOf(event: AnyOrderPlaced): string {
  switch (event.version) {
    case 1:
      return event.data.orderId;
    case 2:
      return event.data.channel.$type === "Web" ? String(event.data.channel.webId) : String(event.data.channel.storeId);
    case 3:
      return event.data.number.toString();
  }
}
export const newest: EventDescriptor<"samples.order.placed", 3, OrderPlaced, { readonly 2: typeof orderPlacedV2 }> = orderPlaced;
export const data: DataOf<typeof orderPlaced> = { number: 1n };
// @ts-expect-error a long is a bigint
export const wrong: DataOf<typeof orderPlaced> = { number: 1 };
export const decimal: DecimalsSample = Decimal.parse("1");
export const example: OrderPlaced = orderPlacedExample({ number: 7n });
export const older: string = orderPlacedV2Example().channel.$type;
// @ts-expect-error a long is a bigint
orderPlacedExample({ number: 1 });
// @ts-expect-error no such field
orderPlacedExample({ nummer: 1n });
`;

it("compiles under the strictest flags, and types say what consumers rely on", async () => {
  await writeFile(join(folder.path, "package.json"), '{ "type": "module" }');
  await writeFile(join(folder.path, "usage.ts"), usage);
  await writeFile(
    join(folder.path, "usage-types.ts"),
    'import type { SampleDecimals } from "./samples/src/sample.decimals.ts";\nexport type DecimalsSample = SampleDecimals["f0"];\n',
  );
  const root = join(import.meta.dirname, "../../..");
  const config = {
    extends: join(root, "tsconfig.base.json"),
    compilerOptions: {
      composite: false,
      declarationMap: false,
      noEmit: true,
      allowImportingTsExtensions: true,
      rewriteRelativeImportExtensions: false,
      customConditions: ["@waybill/source"],
      noUnusedLocals: true,
      noUnusedParameters: true,
      noImplicitReturns: true,
      typeRoots: [join(root, "node_modules/@types")],
    },
    include: ["samples/src", "usage.ts"],
  };
  await writeFile(join(folder.path, "tsconfig.json"), JSON.stringify(config));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { stdout, status } = spawnSync(process.execPath, [tsc, "-p", folder.path], { encoding: "utf8" });
  expect(stdout).toBe("");
  expect(status).toBe(0);
});

it("carries hostile names as data", async () => {
  const module = (await import(folder.modulePath("sample.hostile"))) as Record<string, EventDescriptor>;
  expect(Object.keys(module).toSorted()).toEqual(["sampleHostile", "sampleHostileV1", "sampleHostileV2"]);
  const generated = module["sampleHostileV1"]!;
  const interpreted = describeEvent({ type: "samples.sample.hostile", version: 1, schema: hostileSchema });
  const random = createRandom(3);
  for (let i = 0; i < 500; i++) {
    const { value } = randomPair(readRecordSchema(hostileSchema), random);
    const bytes = generated.encode(value);
    expect(interpreted.encode(value)).toEqual(bytes);
    for (const codec of [generated, interpreted]) {
      const decoded = codec.decode(bytes);
      expect(decoded).toEqual(value);
      expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype);
      expect(Object.hasOwn(decoded as object, "__proto__")).toBe(true);
    }
  }
  const { ["__proto__"]: _, ...without } = randomPair(readRecordSchema(hostileSchema), random).value as Record<
    string,
    unknown
  >;
  expect(() => generated.encode(without)).toThrow("__proto__: expected null or a string, got undefined");
});

it("gives a descriptor for each version, the newest under the event's own name", async () => {
  const { orderPlaced, orderPlacedV1, orderPlacedV2, orderPlacedV3 } = (await import(
    folder.modulePath("order.placed")
  )) as Record<string, EventDescriptor>;
  expect(orderPlaced).toBe(orderPlacedV3);
  expect(orderPlacedV1).toMatchObject({ version: 1, schema: orderV1, earlier: {}, topic: "samples.order" });
  expect(orderPlacedV2?.earlier).toEqual({});
  expect(orderPlacedV3?.earlier).toEqual({ 2: orderPlacedV2 });
  expect(orderPlacedV1?.schemaId).toBe(describeEvent({ type: "a.b.c", version: 1, schema: orderV1 }).schemaId);
  expect(orderPlacedV1?.key({ orderId: "order-1" })).toBe("order-1");
  expect(orderPlacedV3?.key({ number: 2n ** 60n })).toBe("1152921504606846976");
});

const withExamples = [...sampleSchemas.map(({ name }) => `sample.${name}`), "sample.hostile", "order.placed"];

it.each([...withExamples, "uint8.array", "avro.input"])("gives valid examples of every version of %s", async (name) => {
  const descriptors = (await import(folder.modulePath(name))) as Record<string, EventDescriptor>;
  const factories = (await import(folder.modulePath(`${name}.testing`))) as Record<string, () => object>;
  expect(Object.keys(factories).toSorted()).toEqual(
    Object.keys(descriptors)
      .map((descriptor) => `${descriptor}Example`)
      .toSorted(),
  );
  for (const [descriptorName, descriptor] of Object.entries(descriptors)) {
    const example = factories[`${descriptorName}Example`]!;
    expect(descriptor.explain(example())).toEqual([]);
    expect(descriptor.decode(descriptor.encode(example()))).toEqual(example());
    expect(Object.is(example(), example())).toBe(false);
  }
});

it("puts what a test names into an example", async () => {
  const { orderPlacedV1Example } = (await import(folder.modulePath("order.placed.testing"))) as {
    orderPlacedV1Example: (overrides: object) => object;
  };
  expect(orderPlacedV1Example({ orderId: "order-1" })).toEqual({ orderId: "order-1" });
});

it("has no examples for an event that has no value", () => {
  expect(existsSync(folder.modulePath("endless.nested"))).toBe(true);
  expect(existsSync(folder.modulePath("endless.nested.testing"))).toBe(false);
});
