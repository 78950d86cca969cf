import { buildCatalogue } from "../src/catalogue/build-catalogue.ts";
import type { Catalogue } from "../src/catalogue/catalogue.ts";
import type { SchemaLock } from "../src/lock-file.ts";
import { type Files, keyField, orderRecord, treeOf } from "./tree-fixture.ts";

/** A text that ends scripts, attributes, comments and code, turns the direction, and holds what HTML forbids. */
export const hostile =
  "</script><script>alert(1)</script> \"'` <!-- --> &amp; {1+1} ]]> ${x} \u202edesrever\u202c \u200f \u0000 \u001b [[x]]";

const branches = ["Card", "Cash"].map((name) => ({
  type: "record",
  name,
  fields: [{ name: "id", type: "string", default: hostile }],
}));

const node = {
  type: "record",
  name: "Node",
  doc: hostile,
  fields: [
    { name: "label", type: "string" },
    { name: "children", type: { type: "array", items: "Node" } },
  ],
};

const symbols = Array.from({ length: 300 }, (_, index) => `SYMBOL_${index}`);

const richFields = [
  { name: "note", type: ["null", "string"], default: null, doc: `${hostile}\n\nSecond paragraph with \`code\`.` },
  { name: "paid", type: branches, doc: "How it was paid.", aliases: ["payment"] },
  { name: "tree", type: node },
  { name: "status", type: { type: "enum", name: "Status", symbols, default: "SYMBOL_0" } },
  { name: "old", type: "int", default: 0, "waybill.deprecated": "Use note." },
];

/** A tree with all that is hard to show: two generations, many versions, recursion, a huge enum, hostile texts. */
export const richFiles: Files = {
  ...Object.fromEntries(
    Array.from({ length: 12 }, (_, index) => [
      `orders/order.placed/v${index + 1}.avsc`,
      orderRecord(Array.from({ length: index }, (__, field) => ({ name: `f${field}`, type: "int", default: 0 }))),
    ]),
  ),
  "orders/order.placed/v13.avsc": { ...orderRecord(richFields, "OrderPlacedV13"), doc: hostile },
  "orders/order.cancelled/v1.avsc": { ...orderRecord([], "OrderCancelled"), doc: "@deprecated nobody cancels." },
  "users/user.registered/v1.avsc": {
    type: "record",
    name: "UserRegistered",
    namespace: "users.user",
    fields: [keyField],
  },
  "consumers/email.json": {
    service: "email",
    owner: `</script> <b>"'team' & {co}`,
    description: hostile,
    events: {
      "orders.order.placed": { versions: [12, 13], fields: ["orderId"] },
      "users.user.registered": { versions: [1] },
    },
  },
  "consumers/audit.json": {
    service: "audit",
    owner: "team-audit",
    events: { "orders.order.placed": { versions: [1] } },
  },
};

/** Its config. */
export const richConfig = { generate: { out: "../events", scope: "@acme-events" } };

/** The catalogue of a tree in memory. */
export function catalogueOf(
  files: Files,
  more: { title?: string; lock?: SchemaLock; config?: unknown } = {},
): Catalogue {
  return buildCatalogue({
    title: more.title ?? "Events",
    tree: treeOf(files, more.config ?? richConfig),
    lock: more.lock ?? new Map(),
  });
}
