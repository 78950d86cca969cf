import { type Random, SchemaGenerator, type SchemaJson } from "../../../packages/avro/test/random-schema.ts";

type SchemaObject = { [key: string]: unknown };

const NAMED = new Set(["record", "enum", "fixed"]);
const NAMES = [
  "A",
  "n.A",
  "m.B",
  "",
  ".A",
  "n.",
  "n..A",
  "a-b",
  "1a",
  "int",
  "n.int",
  "record",
  "é",
  "n.1.A",
  "$x",
  " A",
];
const NAMESPACES = ["", "n", "m", "n.m", "1n", "n.", ".n", "n-m", null, 7];
const ALIASES = [[], ["B"], ["n.B", "B"], ["A", "A"], ["x.y.Z"], "B", [1], [""], ["a-b"], null, ["f", "g"]];
const SIZES = [0, 1, -1, 1.5, 4, 12, 16, 2 ** 31 - 1, 2 ** 31, 2 ** 53, "4", null, [], 1e21];
const SYMBOLS = [[], ["X"], ["X", "X"], ["x-y"], [""], [1], "X", null, ["é"], { X: 1 }];
const ORDERS = ["ascending", "descending", "ignore", "DESCENDING", "Ignore", "up", "", 1, null];
const DOCS = ["words", "", 1, null, ["words"]];
const DEFAULTS = [
  null,
  true,
  "true",
  0,
  1,
  -1,
  1.5,
  2 ** 31,
  -(2 ** 31),
  2 ** 53,
  2 ** 63,
  "NaN",
  "Infinity",
  "1.5",
  "X",
  "Y",
  "",
  "a",
  "b",
  "c",
  "ab",
  "\u00ff",
  "\u0100",
  [],
  [1],
  [null],
  ["a"],
  {},
  { f: 1 },
  { f: null, g: "a" },
  { a: null },
  "null",
];
const LOGICAL_TYPES = [
  "decimal",
  "big-decimal",
  "uuid",
  "date",
  "time-millis",
  "time-micros",
  "timestamp-millis",
  "timestamp-micros",
  "timestamp-nanos",
  "local-timestamp-millis",
  "local-timestamp-micros",
  "local-timestamp-nanos",
  "duration",
  "no-such",
  "",
  7,
];
const DIGITS = [0, 1, 2, 5, 9, 10, 38, 39, -1, 1.5, "9", null, 2 ** 31];
const TYPES: readonly unknown[] = [
  "int",
  "string",
  "bytes",
  "double",
  "A",
  "n.A",
  "Int",
  "record",
  "fixed",
  "array",
  "map",
  "enum",
  "union",
  "",
  null,
  7,
  {},
  { type: "int" },
  { type: { type: "int" } },
  { type: ["null", "int"] },
  { type: "n.A" },
  [],
  ["null", "null"],
  ["null", ["int"]],
  ["int", { type: "int", logicalType: "date" }],
  [null],
  ["null", "n.A"],

  { type: "fixed", name: "F", size: 2 },
  { type: "enum", name: "E", symbols: ["X"], default: "Y" },
];

/** A valid schema with some changes, most of which make it invalid. */
export function faultySchema(random: Random): SchemaJson {
  const root: { type: SchemaJson } = { type: new SchemaGenerator(random).schema() };
  for (let count = random.below(4); count > 0; count--) alter(root, random);
  return root.type;
}

function alter(root: SchemaObject, random: Random): void {
  const nodes: SchemaObject[] = [];
  collectObjects(root, nodes);
  const node = random.pick(nodes);
  const keys = Object.keys(node);
  const [key, values] = random.pick(alterations(node));
  if (node !== root && keys.length > 0 && random.chance(0.1)) delete node[random.pick(keys)];
  else if (key === "namespace" && random.chance(0.5)) splitName(node);
  else if (node !== root || key === "type") node[key] = structuredClone(random.pick(values));
}

/** What may be done to a node: attributes that it may have, with the values that they may get. */
function alterations(node: SchemaObject): readonly (readonly [string, readonly unknown[]])[] {
  const described: [string, readonly unknown[]][] = [["logicalType", LOGICAL_TYPES]];
  if ("items" in node) return [...described, ["items", TYPES]];
  if ("values" in node) return [...described, ["values", TYPES]];
  const isNamed = typeof node["type"] === "string" && NAMED.has(node["type"]);
  // A named type that lost its name: with another type its other attributes would be such as only Java drops.
  if (!("name" in node)) return isNamed ? described : [...described, ["type", TYPES]];
  described.push(["doc", DOCS]);
  described.push(["name", NAMES], ["aliases", ALIASES]);
  if ("logicalType" in node || "size" in node) described.push(["precision", DIGITS], ["scale", DIGITS]);
  if ("size" in node) return [...described, ["size", SIZES], ["namespace", NAMESPACES], ["size", [16, 12]]];
  if ("symbols" in node) return [...described, ["symbols", SYMBOLS], ["default", DEFAULTS], ["namespace", NAMESPACES]];
  if ("fields" in node) return [...described, ["fields", [[], null, {}, [7], [{}]]], ["namespace", NAMESPACES]];
  if (isNamed) return described;
  return [
    ...described,
    ["type", TYPES],
    ["type", TYPES],
    ["default", DEFAULTS],
    ["default", DEFAULTS],
    ["order", ORDERS],
  ];
}

/** The same name, its namespace written apart: what stands inside may then leave it out. */
function splitName(node: SchemaObject): void {
  const name = node["name"];
  if (typeof name !== "string" || !name.includes(".")) return;
  const dot = name.lastIndexOf(".");
  Object.assign(node, { name: name.slice(dot + 1), namespace: name.slice(0, dot) });
}

function collectObjects(value: unknown, found: SchemaObject[]): void {
  if (Array.isArray(value)) for (const element of value) collectObjects(element, found);
  else if (isObject(value)) {
    found.push(value);
    for (const member of Object.values(value)) collectObjects(member, found);
  }
}

function isObject(value: unknown): value is SchemaObject {
  return typeof value === "object" && value !== null;
}
