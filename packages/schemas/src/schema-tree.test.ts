import { hash } from "node:crypto";
import { expect, it } from "@jest/globals";
import { bytesOf, orderRecord, treeOf } from "../test/tree-fixture.ts";
import { compactJson } from "./compact-json.ts";
import { buildSchemaTree, generationsOf } from "./schema-tree.ts";

it("removes the white space between tokens, and nothing else", () => {
  const text = '\ufeff{\r\n\t"a b" : "x  \\" y\\\\" , "n": [ 1.50, 12345678901234567890, 1e2 ]\n}\n';
  expect(compactJson(text)).toBe('{"a b":"x  \\" y\\\\","n":[1.50,12345678901234567890,1e2]}');
});

it("keeps a long string whole", () => {
  const text = JSON.stringify({ doc: `${"a b".repeat(1_000_000)}${"\\".repeat(1_000_000)}` });
  expect(compactJson(` ${text} `) === text).toBe(true);
});

it("takes versions over from another state of the tree where the bytes are the same", () => {
  const files = { "orders/order.placed/v1.avsc": orderRecord(), "orders/order.placed/v2.avsc": orderRecord() };
  const before = treeOf(files);
  const edited = { ...files, "orders/order.placed/v2.avsc": { ...orderRecord(), doc: "Edited." } };
  const entries = Object.entries(edited).map(([path, content]) => ({ path, content: bytesOf(content) }));
  const after = buildSchemaTree(before.config, entries, before);
  expect(after.events[0]?.versions[0]).toBe(before.events[0]?.versions[0]);
  expect(after.events[0]?.versions[1]).toMatchObject({
    version: 2,
    text: JSON.stringify(edited["orders/order.placed/v2.avsc"]),
  });
});

it("hashes the bytes of a file as it hashes its text", () => {
  const texts = [
    '\ufeff { "type": "string",\r\n\t"doc": "a \\" b\\\\" } \n',
    '{"type":"string","doc":"é 😀 \ufffd \ufeff \u00a0  \\u0022 \\\\\\" x"}',
    '{ "type" : "no such type" }',
    "{ not JSON",
  ];
  for (const text of texts) {
    const [version] = treeOf({ "orders/order.placed/v1.avsc": text }).events[0]?.versions ?? [];
    expect([version?.sha256, text]).toEqual([hash("sha256", version?.text ?? ""), text]);
  }
});

it("reads a version again that it was told to forget", () => {
  const [version] = treeOf({ "orders/order.placed/v1.avsc": { type: "no such type" } }).events[0]?.versions ?? [];
  if (version === undefined) throw new Error("the tree holds no version");
  const { text, sha256, schema, findings } = version;
  expect(findings).toHaveLength(1);
  version.forget();
  expect(version).toMatchObject({ text, sha256, schema, findings });
});

it("gives each generation a subject of its own on the event's topic, in version order", () => {
  const tree = treeOf(
    {
      "orders/order.placed/v10.avsc": orderRecord([], "OrderPlacedV10"),
      "orders/order.placed/v2.avsc": orderRecord(),
      "orders/order.placed/v1.avsc": orderRecord(),
    },
    { events: { "orders.order.placed": { topic: "all-orders" } } },
  );
  const [event] = tree.events;
  if (event === undefined) throw new Error("the tree holds no event");
  expect(
    generationsOf(event).map(({ subject, versions }) => [subject, versions.map(({ version }) => version)]),
  ).toEqual([
    ["all-orders-orders.order.OrderPlaced", [1, 2]],
    ["all-orders-orders.order.OrderPlacedV10", [10]],
  ]);
});
