import type { GeneratorEvent } from "../src/index.ts";

/** What means something to TypeScript, to Node or to the code that is generated. Field names and types' names. */
const takenNames = [
  ..."break case catch class const continue debugger default delete do else enum export extends false finally".split(
    " ",
  ),
  ..."for function if import in instanceof new null return super switch this throw true try typeof var".split(" "),
  ..."void while with yield let static implements interface package private protected public await".split(" "),
  ..."abstract accessor any as asserts async bigint boolean constructor declare from get infer is keyof".split(" "),
  ..."module namespace never number object of out override readonly require satisfies set string symbol".split(" "),
  ..."type undefined unique unknown using arguments eval globalThis NaN Infinity prototype toString then".split(" "),
  ..."input value data key map array length count index Date date Decimal decimal Buffer Map Promise".split(" "),
  ..."Uint8Array Record Readonly Partial Array Object String Number Boolean BigInt Symbol Error Function".split(" "),
  ..."EventDescriptor AvroInput AvroOutput defineEvent readString writeString __proto__ _ $".split(" "),
].filter((name) => /^\w+$/.test(name));

const recordOf = (name: string, fields: readonly object[], more = {}): object => ({
  type: "record",
  name,
  fields,
  ...more,
});

/** A type of each mapping, so that a name which shadows what its code refers to shows. */
const shadowed = [
  { name: "when", type: { type: "long", logicalType: "timestamp-millis" } },
  { name: "total", type: { type: "bytes", logicalType: "decimal", precision: 9, scale: 2 } },
  { name: "raw", type: "bytes" },
  { name: "labels", type: { type: "map", values: ["null", "string"] } },
  { name: "list", type: { type: "array", items: { type: "string", logicalType: "uuid" } } },
];

function eventOf(type: string, ...records: readonly object[]): GeneratorEvent {
  const [domain = "", entity = "", action = ""] = type.split(".");
  const versions = records.map((record, i) => ({
    version: i + 1,
    text: JSON.stringify({ namespace: `${domain}.${entity}`, ...record }),
  }));
  return { name: { type, domain, entity, action }, topic: `${domain}.${entity}`, versions };
}

const card = recordOf("Card", [{ name: "number", type: "string" }]);
const cash = recordOf("Cash", [{ name: "cents", type: "long" }]);

/** Events whose names, in all places, are as bad as a schema allows, and an event of three generations. */
export const hostileEvents: readonly GeneratorEvent[] = [
  eventOf(
    "hostile.names.taken",
    recordOf("Taken", [
      ...takenNames.map((name) => ({ name, type: ["null", "string"], default: null })),
      ...takenNames.map((name, i) => ({ name: `record${i}`, type: recordOf(name, shadowed.slice(i % 5)) })),
    ]),
  ),
  eventOf("hostile.names.keyed", recordOf("Keyed", [{ name: "__proto__", type: "string", "waybill.key": true }])),
  // Their types would be named as what generated code refers to.
  eventOf("hostile.uint8.array", recordOf("Array", shadowed)),
  eventOf("hostile.event.descriptor", recordOf("Descriptor", shadowed)),
  eventOf("hostile.avro.output", recordOf("Output", shadowed)),
  eventOf("hostile.order_2.placed_3", recordOf("Digits", shadowed)),
  // Nested types that map to the names of the event's own types.
  eventOf(
    "hostile.own.types",
    recordOf("Types", [
      { name: "a", type: recordOf("ownTypes", shadowed) },
      { name: "b", type: { type: "enum", name: "OwnTypes", symbols: ["__proto__", "constructor"] } },
      { name: "c", type: recordOf("AnyOwnTypes", []) },
      { name: "d", type: recordOf("OwnTypes", [], { namespace: "other" }) },
    ]),
  ),
  eventOf(
    "hostile.order.placed",
    recordOf("OrderPlaced", [
      { name: "orderId", type: "string", "waybill.key": true },
      { name: "euros", type: "int" },
    ]),
    recordOf("OrderPlacedV2", [
      { name: "orderId", type: "string", "waybill.key": true },
      { name: "cents", type: "long", "waybill.deprecated": "Use paidBy." },
      { name: "paidBy", type: [card, cash, { type: "map", values: "long" }] },
    ]),
    recordOf("OrderPlacedV3", [
      { name: "orderId", type: "string", "waybill.key": true },
      { name: "paidBy", type: ["null", card, cash] },
    ]),
  ),
  // Brands in each place that a type can have, beside what must be told apart from them.
  eventOf(
    "hostile.order.shipped",
    recordOf("OrderShipped", [
      { name: "parcelId", type: { type: "string", logicalType: "uuid" }, "waybill.key": true },
      { name: "parcelIds", type: { type: "array", items: ["null", { type: "string", logicalType: "uuid" }] } },
      { name: "parcelIdByName", type: { type: "map", values: { type: "string", logicalType: "uuid" } } },
      {
        name: "place",
        type: [
          "null",
          { type: "string", logicalType: "uuid" },
          { type: "enum", name: "Place", symbols: ["HOME", "SHOP"] },
          { type: "array", items: { type: "string", logicalType: "uuid" } },
          { type: "long", logicalType: "timestamp-millis" },
          recordOf("Point", [{ name: "placeId", type: "string" }]),
        ],
      },
      { name: "rest", type: { type: "map", values: "Point" } },
    ]),
  ),
];

/** Brands for some of their fields. */
export const hostileIds: ReadonlyMap<string, string> = new Map([
  ["parcelId", "ParcelId"],
  ["parcelIds", "ParcelId"],
  ["parcelIdByName", "ParcelId"],
  ["place", "PlaceId"],
  ["placeId", "PlaceId"],
]);
