import { describe, expect, it } from "@jest/globals";
import { keyField, orderRecord, treeOf } from "../test/tree-fixture.ts";
import { applyPush, planPush } from "./push.ts";
import type { RegistryClient } from "./registry-client.ts";

const note = { name: "note", type: ["null", "string"], default: null };
const tree = treeOf({
  "orders/order.placed/v1.avsc": orderRecord(),
  "orders/order.placed/v2.avsc": orderRecord([note]),
  "orders/order.placed/v3.avsc": orderRecord([{ name: "total", type: "long" }], "OrderPlacedV3"),
});

/** A registry in memory that notes every write. */
function memoryRegistry(keep: (schema: string) => string = (schema) => schema) {
  const schemas: { subject: string; sent: string; schema: string }[] = [];
  const modes = new Map<string, string>();
  const writes: string[] = [];
  const client: RegistryClient = {
    url: "http://registry",
    subjects: async () => [...new Set(schemas.map(({ subject }) => subject))],
    version: async (subject, version) => ({
      schema: schemas.filter((entry) => entry.subject === subject)[version - 1]!.schema,
      schemaType: "AVRO",
      hasReferences: false,
    }),
    versions: async (subject) => schemas.filter((entry) => entry.subject === subject).map((_, index) => index + 1),
    find: async (subject, schema) => {
      const index = schemas.findIndex((entry) => entry.subject === subject && entry.sent === schema);
      return index < 0 ? null : { id: index + 1, schema: schemas[index]!.schema };
    },
    incompatibilities: async (_subject, schema) => (schema.includes("forbidden") ? ["forbidden"] : []),
    mode: async (subject) => modes.get(subject) ?? null,
    setMode: async (subject, mode) => {
      writes.push(`mode ${subject} ${mode}`);
      modes.set(subject, mode);
    },
    register: async (subject, schema) => {
      writes.push(`register ${subject}`);
      return schemas.push({ subject, sent: schema, schema: keep(schema) });
    },
    byId: async (id) => schemas[id - 1]!.schema,
  };
  return { client, writes, modes };
}

async function push(client: RegistryClient): Promise<readonly string[]> {
  const registered: string[] = [];
  for await (const { step, id } of applyPush(await planPush(tree, client), client)) {
    registered.push(`${step.type} v${step.version} ${id}`);
  }
  return registered;
}

it("registers every version in order, each generation under its own subject with the config's mode", async () => {
  const { client, writes } = memoryRegistry();
  expect(await push(client)).toEqual([
    "orders.order.placed v1 1",
    "orders.order.placed v2 2",
    "orders.order.placed v3 3",
  ]);
  expect(writes).toEqual([
    "mode orders.order-orders.order.OrderPlaced FULL_TRANSITIVE",
    "register orders.order-orders.order.OrderPlaced",
    "register orders.order-orders.order.OrderPlaced",
    "mode orders.order-orders.order.OrderPlacedV3 FULL_TRANSITIVE",
    "register orders.order-orders.order.OrderPlacedV3",
  ]);
});

it("writes nothing the second time", async () => {
  const { client, writes } = memoryRegistry();
  await push(client);
  const before = writes.length;
  expect(await push(client)).toEqual([]);
  expect(writes).toHaveLength(before);
});

it("goes on where a broken push ended", async () => {
  const { client } = memoryRegistry();
  const plan = await planPush(tree, client);
  for await (const _first of applyPush(plan, client)) break;
  expect(await push(client)).toEqual(["orders.order.placed v2 2", "orders.order.placed v3 3"]);
});

it("leaves the mode of an existing subject alone, and shows it", async () => {
  const { client, modes } = memoryRegistry();
  await push(client);
  modes.set("orders.order-orders.order.OrderPlaced", "NONE");
  const [first, second] = await planPush(tree, client);
  expect(first).toMatchObject({ setMode: null, otherMode: "NONE" });
  expect(second).toMatchObject({ setMode: null, otherMode: null });
});

it("plans an incompatible version with the registry's reasons", async () => {
  const { client } = memoryRegistry();
  await push(client);
  const next = treeOf({
    "orders/order.placed/v1.avsc": orderRecord(),
    "orders/order.placed/v2.avsc": orderRecord([{ ...note, name: "forbidden" }]),
  });
  const [plan] = await planPush(next, client);
  expect(plan?.steps.map(({ version, state, reasons }) => [version, state, reasons])).toEqual([
    [1, "unchanged", []],
    [2, "incompatible", ["forbidden"]],
  ]);
});

describe("a registry that keeps another schema than it is sent", () => {
  const keep = () => JSON.stringify({ ...orderRecord(), fields: [keyField], doc: "Of its own." });

  it("stops the push", async () => {
    const { client } = memoryRegistry(keep);
    await expect(push(client)).rejects.toMatchObject({
      code: "registry-altered-schema",
      message: expect.stringContaining("keeps another schema under its id 1"),
    });
  });

  it("is seen by the next plan too", async () => {
    const { client } = memoryRegistry(keep);
    await expect(push(client)).rejects.toThrow();
    const [plan] = await planPush(tree, client);
    expect(plan?.steps[0]).toMatchObject({ state: "altered", id: 1 });
  });
});
