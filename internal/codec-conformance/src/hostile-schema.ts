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

/** Names that JavaScript and TypeScript keep for themselves, wholly or in places; without those of Avro's own types. */
const reservedWords = (
  "abstract any arguments as asserts async await bigint break case catch class const constructor continue " +
  "debugger declare default delete do else enum eval export extends false finally for from function get global if " +
  "implements import in infer Infinity instanceof interface is keyof let module NaN namespace never new number " +
  "object of override package private protected prototype public readonly require return satisfies set static " +
  "super switch symbol this throw true try type typeof undefined unique unknown using var void while with yield"
).split(" ");

/** A valid schema whose names and texts try to break out of generated code. */
export const hostileSchema: string = hostileText((name) => name);

/**
 * {@link hostileSchema} under names that mean nothing, which avsc can take: names are not in the bytes, and so both
 * write the same.
 */
export const hostileTwin: string = hostileText((name) => `x_${name}`);

/** Every reserved word as the name of a field, a record, an enum and a symbol. */
export const reservedWordsSchema: string = reservedText((name) => name);

/** {@link reservedWordsSchema} for avsc, as {@link hostileTwin}. */
export const reservedWordsTwin: string = reservedText((name) => `x_${name}`);

function reservedText(rename: (name: string) => string): string {
  const fields = reservedWords.map(rename).flatMap((word) => [
    { name: word, type: { type: "record", name: word, fields: [{ name: word, type: ["null", "int"] }] } },
    { name: `${word}_enum`, type: { type: "enum", name: `${word}_enum`, symbols: [word, `${word}_`] } },
  ]);
  return JSON.stringify({ type: "record", name: "Reserved", namespace: "samples.reserved", fields });
}

function hostileText(rename: (name: string) => string): string {
  return JSON.stringify(hostileRecord(rename));
}

function hostileRecord(rename: (name: string) => string): object {
  const namespace = "samples.hostile";
  const field = (name: string, type: unknown) => ({ name: rename(name), type });
  const record = (name: string, fields: readonly object[], more: object = {}) => ({
    type: "record",
    name: rename(name),
    ...more,
    fields,
  });
  return {
    type: "record",
    name: "Hostile",
    namespace,
    doc: "Ends early? */ export const injected = true; /* `${injected}` 'quotes' \"too\"\nand a line",
    fields: [
      ...fieldNames.map((name) => ({
        ...field(name, ["null", "string"]),
        default: null,
        doc: `*/ ${name} \u2028 //`,
      })),
      field(
        "types",
        record("String", [
          field("__proto__", record("item", [field("a", "int")])),
          field("b", record("Item", [field("b", "long")])),
          field("c", {
            type: "enum",
            name: rename("class"),
            symbols: ["constructor", "__proto__", "null"].map(rename),
          }),
          field("d", { type: "fixed", name: rename("Uint8Array"), size: 3 }),
          field("e", record("AvroInput", [])),
        ]),
      ),
      field("strings", { type: "array", items: rename("String") }),
      // Two records of one name in one union, told apart by their namespaces.
      field("same", ["null", record("Item", [field("c", "string")], { namespace: "other" }), rename("Item")]),
    ],
  };
}
