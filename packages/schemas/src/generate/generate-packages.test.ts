import { describe, expect, it } from "@jest/globals";
import { type EventPackageManifest, schemaIdOf } from "@waybill/events";
import { hash } from "node:crypto";
import { generatePackages } from "./generate-packages.ts";
import type { GeneratorEvent, PackageOptions } from "./generator-input.ts";

const installed: PackageOptions = {
  scope: "@acme",
  runtime: { range: "^1.2.3", reference: null },
  generatorVersion: "1.2.4",
};

function event(type: string, ...fields: readonly object[]): GeneratorEvent {
  const [domain = "", entity = "", action = ""] = type.split(".");
  const text = JSON.stringify({ type: "record", name: "Event", namespace: `${domain}.${entity}`, fields });
  return { name: { type, domain, entity, action }, topic: `${domain}.${entity}`, versions: [{ version: 1, text }] };
}

function moduleOf(generated: GeneratorEvent): string {
  const { domain, entity, action } = generated.name;
  return generatePackages([generated], installed).get(`${domain}/src/${entity}.${action}.ts`) ?? "";
}

describe("a package", () => {
  const files = generatePackages(
    [event("stock_keeping.item.counted"), event("stock_keeping.item.lost"), event("orders.order.placed")],
    installed,
  );

  it("stands for one domain, with a module for each event", () => {
    expect([...files.keys()]).toEqual([
      "orders/package.json",
      "orders/tsconfig.json",
      "orders/manifest.json",
      "orders/README.md",
      "orders/src/index.ts",
      "orders/src/order.placed.ts",
      "orders/src/order.placed.testing.ts",
      "stock-keeping/package.json",
      "stock-keeping/tsconfig.json",
      "stock-keeping/manifest.json",
      "stock-keeping/README.md",
      "stock-keeping/src/index.ts",
      "stock-keeping/src/item.counted.ts",
      "stock-keeping/src/item.counted.testing.ts",
      "stock-keeping/src/item.lost.ts",
      "stock-keeping/src/item.lost.testing.ts",
    ]);
  });

  it("has a subpath for each event and depends on the installed runtime", () => {
    const manifest: unknown = JSON.parse(files.get("stock-keeping/package.json") ?? "");
    expect(manifest).toMatchObject({
      name: "@acme/stock-keeping",
      sideEffects: false,
      dependencies: { "@waybill/events": "^1.2.3" },
      exports: {
        "./item.lost": {
          "@waybill/source": "./src/item.lost.ts",
          types: "./dist/item.lost.d.ts",
          default: "./dist/item.lost.js",
        },
        "./item.lost/testing": {
          "@waybill/source": "./src/item.lost.testing.ts",
          types: "./dist/item.lost.testing.d.ts",
          default: "./dist/item.lost.testing.js",
        },
      },
    });
    expect(manifest).not.toHaveProperty("private");
  });

  it("is private, and refers to the runtime's sources, within the runtime's own workspace", () => {
    const runtime = { range: "workspace:*", reference: "../../packages/events" };
    const inWorkspace = generatePackages([event("orders.order.placed")], { ...installed, runtime });
    expect(JSON.parse(inWorkspace.get("orders/package.json") ?? "")).toMatchObject({ private: true });
    expect(JSON.parse(inWorkspace.get("orders/tsconfig.json") ?? "")).toMatchObject({
      references: [{ path: "../../packages/events" }],
    });
  });

  it("is the same for the same schemas", () => {
    const again = generatePackages(
      [event("orders.order.placed"), event("stock_keeping.item.counted"), event("stock_keeping.item.lost")],
      installed,
    );
    expect(again).toEqual(files);
  });
});

describe("a manifest", () => {
  const placed = event("orders.order.placed", { name: "orderId", type: "string", "waybill.key": true });
  const [v1] = placed.versions;
  const text = v1?.text ?? "";
  const versions = [
    { version: 1, text },
    { version: 2, text: text.replace('"fields"', '"doc":"d","fields"') },
    { version: 3, text: text.replace('"Event"', '"EventV3"'), key: null },
  ];
  const files = generatePackages([{ ...placed, versions }, event("orders.order.cancelled")], installed);
  const manifest: EventPackageManifest = JSON.parse(files.get("orders/manifest.json") ?? "");

  it("says whose it is, and is exported", () => {
    expect(manifest).toMatchObject({
      manifestVersion: 1,
      package: "@acme/orders",
      domain: "orders",
      generator: { name: "@waybill/schemas", version: "1.2.4" },
    });
    expect(JSON.parse(files.get("orders/package.json") ?? "")).toMatchObject({
      exports: { "./manifest.json": "./manifest.json" },
      files: expect.arrayContaining(["manifest.json"]),
    });
  });

  it("tells of each event and version, whatever the order of the input", () => {
    const [cancelled, found] = manifest.events;
    expect(cancelled).toMatchObject({ type: "orders.order.cancelled", versions: [{ version: 1, key: null }] });
    expect(found).toMatchObject({
      type: "orders.order.placed",
      topic: "orders.order",
      module: "./order.placed",
      testing: "./order.placed/testing",
      descriptor: "orderPlaced",
    });
    const firstGeneration = {
      generation: 1,
      recordName: "orders.order.Event",
      subject: "orders.order-orders.order.Event",
    };
    expect(found?.versions).toMatchObject([
      { version: 1, ...firstGeneration, key: "orderId", descriptor: "orderPlacedV1", sha256: hash("sha256", text) },
      { version: 2, ...firstGeneration, key: "orderId", schemaId: String(schemaIdOf(versions[1]?.text ?? "")) },
      {
        version: 3,
        generation: 2,
        recordName: "orders.order.EventV3",
        subject: "orders.order-orders.order.EventV3",
        key: null,
      },
    ]);
  });
});

describe("a module", () => {
  it("carries documentation over, without letting it end the comment", () => {
    const text = moduleOf(event("a.b.c", { name: "f", type: "int", doc: "Ends */ export const injected = 1; /*" }));
    expect(text).toContain("/** Ends *\\/ export const injected = 1; /* */\n  readonly f: number;");
  });

  it("says what the types cannot", () => {
    const money = { type: "bytes", logicalType: "decimal", precision: 9, scale: 2 };
    const text = moduleOf(event("a.b.c", { name: "f", type: ["null", money], "waybill.key": true }));
    expect(text).toContain("/** A decimal of scale 2, with at most 9 digits. The partition key. */");
    expect(text).toContain("readonly f: Decimal | null;");
    expect(text).toContain("key: (data) => keyText(data.f),");
  });

  it("takes the key from the config where that names one", () => {
    const marked = event("a.b.c", { name: "f", type: "string", "waybill.key": true }, { name: "g", type: "string" });
    const withKey = (key: string | null) =>
      moduleOf({ ...marked, versions: marked.versions.map((version) => ({ ...version, key })) });
    expect(withKey("g")).toContain("key: (data) => data.g,");
    expect(withKey(null)).toContain("key: () => null,");
    expect(() => withKey("h")).toThrow('The config names "h" as the key, and a.b.Event has no such field.');
  });

  it("reads what other schemas write by a function for each record, under numbers for names", () => {
    const item = { type: "record", name: "__proto__", namespace: "", fields: [{ name: "class", type: "int" }] };
    const text = moduleOf(event("a.b.c", { name: "step", type: "string" }, { name: "input", type: item }));
    expect(text).toContain("        field0 = step.read === null ? readString(input) : (step.read(input) as string);");
    expect(text).toContain("  return {\n    step: field0,\n    input: field1,\n  };");
    expect(text).toContain('"a.b.Event": { read: readBCV1, resolve: resolveBCV1 },');
    expect(text).toContain('["__proto__"]: { read: read__proto__V1, resolve: resolve__proto__V1 },');
  });

  it("gives each version's nested types names of their own", () => {
    const item = (field: string) => ({ type: "record", name: "Item", fields: [{ name: field, type: "int" }] });
    const first = event("a.b.c", { name: "item", type: item("x") });
    const second = event("a.b.c", { name: "item", type: item("y") });
    const text = moduleOf({
      ...first,
      versions: [...first.versions, ...second.versions.map((version) => ({ ...version, version: 2 }))],
    });
    expect(text).toContain("export interface ItemV1 {\n  readonly x: number;\n}");
    expect(text).toContain("export interface ItemV2 {\n  readonly y: number;\n}");
  });
});

describe("branded ids", () => {
  const uuid = { type: "string", logicalType: "uuid" };
  const line = { type: "record", name: "Line", fields: [{ name: "orderIds", type: { type: "array", items: uuid } }] };
  const placed = event(
    "orders.order.placed",
    { name: "orderId", type: uuid, "waybill.key": true },
    { name: "customerId", type: ["null", "string"] },
    { name: "lines", type: { type: "map", values: line } },
  );
  const paid = event("payments.payment.made", { name: "orderId", type: uuid }, { name: "userId", type: uuid });
  const brandedIds = new Map([
    ["orderId", "OrderId"],
    ["orderIds", "OrderId"],
    ["customerId", "CustomerId"],
    ["userId", "CustomerId"],
  ]);
  const files = generatePackages([placed, paid], { ...installed, brandedIds });
  const textOf = (path: string) => files.get(path) ?? "";

  it("are the types of the fields that the config names, in any record, and in arrays and maps", () => {
    const text = textOf("orders/src/order.placed.ts");
    expect(text).toContain('import type { CustomerId, OrderId } from "./ids.ts";');
    expect(text).toContain("readonly orderId: OrderId;");
    expect(text).toContain("readonly customerId: CustomerId | null;");
    expect(text).toContain("readonly orderIds: readonly OrderId[];");
    expect(text).toContain("orderId: readString(input) as OrderId,");
  });

  it("are declared once for each package that has them, with the same check in all", () => {
    expect(textOf("orders/src/ids.ts")).toContain('return brandUuid("OrderId", text);');
    expect(textOf("payments/src/ids.ts")).toContain('return brandUuid("OrderId", text);');
    // A customerId is no uuid, and so a userId need not be one as a CustomerId.
    expect(textOf("orders/src/ids.ts")).toContain('return brandText("CustomerId", text);');
    expect(textOf("payments/src/ids.ts")).toContain('return brandText("CustomerId", text);');
    expect(textOf("orders/src/index.ts")).toContain('export { CustomerId, OrderId } from "./ids.ts";');
    expect(JSON.parse(textOf("orders/package.json"))).toMatchObject({
      exports: { "./ids": { types: "./dist/ids.d.ts", default: "./dist/ids.js" } },
    });
  });

  it("are made by their constructors in examples", () => {
    const text = textOf("orders/src/order.placed.testing.ts");
    expect(text).toMatch(/import \{ (CustomerId, )?OrderId \} from "\.\/ids\.ts";/);
    expect(text).toMatch(/ {4}orderId: OrderId\("[0-9a-f-]{36}"\),/);
  });

  it("leave packages as they are where nothing is named", () => {
    expect(generatePackages([placed], { ...installed, brandedIds: new Map() })).toEqual(
      generatePackages([placed], installed),
    );
    expect([...generatePackages([placed], installed).keys()]).not.toContain("orders/src/ids.ts");
  });

  it("must be of fields that there are", () => {
    expect(() => generatePackages([placed], { ...installed, brandedIds: new Map([["ordrId", "OrderId"]]) })).toThrow(
      '"brandedIds" names "ordrId" for OrderId, and no event has a field of strings of that name.',
    );
  });
});

it("refuses events that would share a name in TypeScript", () => {
  const events = [event("orders.order.item_placed"), event("orders.order_item.placed")];
  expect(() => generatePackages(events, installed)).toThrow(
    'The events orders.order.item_placed and orders.order_item.placed both become "OrderItemPlaced" in TypeScript. Rename one of them.',
  );
});

it("makes no code of names that are not Avro's", () => {
  const hostile = event("a.b.c", { name: "f: 1; } export const injected = {", type: "int" });
  expect(() => generatePackages([hostile], installed)).toThrow("is not an Avro name, so no code is generated for it");
});
