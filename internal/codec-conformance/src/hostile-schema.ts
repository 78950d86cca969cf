/** Field names that mean something to JavaScript, or to the code that is generated around them. */
const fieldNames = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "class",
  "default",
  "await",
  "then",
  "value",
  "out",
  "input",
  "length",
  "key",
  "map",
  "array",
  "undefined",
  "_",
];

/** A valid schema whose names and texts try to break out of generated code. */
export const hostileSchema: string = JSON.stringify({
  type: "record",
  name: "Hostile",
  namespace: "samples.hostile",
  doc: "Ends early? */ export const injected = true; /* `${injected}` 'quotes' \"too\"\nand a line",
  fields: [
    ...fieldNames.map((name) => ({ name, type: ["null", "string"], default: null, doc: `*/ ${name} \u2028 //` })),
    {
      name: "types",
      type: {
        type: "record",
        name: "String",
        fields: [
          { name: "__proto__", type: { type: "record", name: "item", fields: [{ name: "a", type: "int" }] } },
          { name: "b", type: { type: "record", name: "Item", fields: [{ name: "b", type: "long" }] } },
          { name: "c", type: { type: "enum", name: "class", symbols: ["constructor", "__proto__", "null"] } },
          { name: "d", type: { type: "fixed", name: "Uint8Array", size: 3 } },
          { name: "e", type: { type: "record", name: "AvroInput", fields: [] } },
        ],
      },
    },
    { name: "strings", type: { type: "array", items: "String" } },
    // Two records of one name in one union, told apart by their namespaces.
    {
      name: "same",
      type: [
        "null",
        { type: "record", name: "Item", namespace: "other", fields: [{ name: "c", type: "string" }] },
        "Item",
      ],
    },
  ],
});
