import { describe, expect, it } from "@jest/globals";
import { AvroError } from "../errors.ts";
import type { RecordSchema, Schema } from "../model/schema.ts";
import { type ParseOptions, parseSchema, parseSchemaOrThrow } from "./parse-schema.ts";
import { formatProblem } from "./problems.ts";

/** `code line:column pointer` of every problem. */
function problemsOf(text: string | Uint8Array, options?: ParseOptions): readonly string[] {
  return parseSchema(text, options).problems.map(({ code, at }) => `${code} ${at.line}:${at.column} ${at.pointer}`);
}

function schemaOf(text: string, options?: ParseOptions): Schema {
  return parseSchemaOrThrow(text, options).schema;
}

function recordOf(fields: string): RecordSchema {
  const schema = schemaOf(`{"type":"record","name":"n.R","fields":[${fields}]}`);
  if (schema.type !== "record") throw new Error("not a record");
  return schema;
}

/** The problems of one field's type and default, without their places. */
function fieldProblems(field: string): readonly string[] {
  const { problems } = parseSchema(`{"type":"record","name":"n.R","fields":[{"name":"f",${field}}]}`);
  return problems.map(({ code, message }) => `${code}: ${message}`);
}

describe("JSON", () => {
  it.each([
    ["", "invalid-json 1:1 "],
    ["   \n ", "invalid-json 2:2 "],
    ["{\"type\": 'string'}", "invalid-json 1:10 "],
    ['{"type":"string",}', "invalid-json 1:17 "],
    ['{"type" "string"}', "invalid-json 1:9 "],
    ['["null"\r\n\r\n  "int"]', "invalid-json 3:3 "],
    ['"string" "int"', "invalid-json 1:10 "],
    ['// a comment\n"string"', "invalid-json 1:1 "],
    ['"str\ning"', "invalid-json 1:1 "],
    ['"\\x"', "invalid-json 1:2 "],
    ['{"type":"fixed","name":"F","size":1e999}', "invalid-json 1:35 "],
    ['{"type":"fixed","name":"F","size":01}', "invalid-json 1:36 "],
    [`{"size":${"9".repeat(100_000)}}`, "invalid-json 1:9 "],
    ["nul", "invalid-json 1:1 "],
  ])("refuses %j at its place", (text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });

  it("refuses what is nested beyond every use, without a stack overflow", () => {
    const nested = `${'{"type":"array","items":'.repeat(10_000)}"int"${"}".repeat(10_000)}`;
    expect(problemsOf(nested)).toEqual([expect.stringMatching(/^too-deep 1:24001 /)]);
    expect(parseSchema('{"type":"array","items":'.repeat(999) + '"int"' + "}".repeat(999)).ok).toBe(true);
  });

  it("skips a byte order mark without moving positions", () => {
    expect(problemsOf('\ufeff"strin"')).toEqual(["unknown-type 1:1 "]);
    expect(problemsOf(new TextEncoder().encode('\ufeff"strin"'))).toEqual(["unknown-type 1:1 "]);
  });

  it("names the place of the first byte that is no UTF-8", () => {
    const bytes = Uint8Array.of(...new TextEncoder().encode('{"doc":"\ufffd é",\n"x":"'), 0xff, 0x22, 0x7d);
    expect(problemsOf(bytes)).toEqual(["invalid-utf8 2:6 "]);
  });

  it("reports repeated keys and goes on", () => {
    expect(problemsOf('{"type":"string",\n "doc":"a","doc":"b", "type":"strin"}')).toEqual([
      "duplicate-key 2:12 /doc",
      "duplicate-key 2:23 /type",
      "unknown-type 2:30 /type",
    ]);
  });

  it("keeps integers that a number cannot hold, and keys named like Object's", () => {
    const { properties } = schemaOf('{"type":"string","big":9007199254740993,"__proto__":{"constructor":1}}');
    expect(properties["big"]).toBe(9007199254740993n);
    expect(Object.keys(properties)).toEqual(["big", "__proto__"]);
  });
});

describe("the model", () => {
  it("keeps what a field says, with positions", () => {
    const schema = recordOf(
      '{"name":"id","type":{"type":"string","logicalType":"uuid"},"doc":"d","aliases":["key"],"order":"ignore","waybill.key":true,"default":"x"}',
    );
    const [field] = schema.fields;
    expect(field).toMatchObject({
      name: "id",
      doc: "d",
      aliases: ["key"],
      order: "ignore",
      type: { type: "string", logicalType: { name: "uuid" } },
      default: { value: "x" },
    });
    expect(field?.properties["waybill.key"]).toBe(true);
    expect(field?.at.pointer).toBe("/fields/0");
    expect(field?.typeAt.pointer).toBe("/fields/0/type");
    expect(field?.default?.at.pointer).toBe("/fields/0/default");
  });

  it("tells no default from the default null", () => {
    const { fields } = recordOf('{"name":"a","type":"null"},{"name":"b","type":"null","default":null}');
    expect(fields.map((field) => field.default?.value)).toEqual([undefined, null]);
  });

  it("resolves names against the enclosing namespace", () => {
    const schema = recordOf(
      '{"name":"a","type":{"type":"enum","name":"E","symbols":[]}},{"name":"b","type":{"type":"record","name":"m.S","aliases":["T","x.T"],"fields":[{"name":"c","type":{"type":"fixed","name":"F","size":1}},{"name":"d","type":"n.E"}]}},{"name":"e","type":"m.F"}',
    );
    const [a, b, e] = schema.fields.map((field) => field.type);
    expect(a).toMatchObject({ name: "E", namespace: "n", fullName: "n.E" });
    expect(b).toMatchObject({ fullName: "m.S", aliases: ["m.T", "x.T"] });
    expect(e).toMatchObject({ fullName: "m.F" });
    expect(b?.type === "record" && b.fields[1]?.type === a).toBe(true);
  });

  it("closes the circle of a recursive type", () => {
    const schema = recordOf('{"name":"next","type":["null","R"],"default":null}');
    const next = schema.fields[0]?.type;
    expect(next?.type === "union" && next.branches[1] === schema).toBe(true);
  });

  it("takes types of other texts", () => {
    const { named } = parseSchemaOrThrow('{"type":"fixed","name":"shop.Hash","size":4}');
    const text = '{"type":"record","name":"shop.R","fields":[{"name":"h","type":"Hash"}]}';
    expect(problemsOf(text)).toEqual(["unknown-type 1:63 /fields/0/type"]);
    const parsed = parseSchemaOrThrow(text, { known: named.values() });
    expect([...parsed.named.keys()]).toEqual(["shop.R"]);
    const [unknown] = parseSchema(text).problems;
    expect(unknown?.name).toBe("shop.Hash");
  });

  it("tells where types of other texts are used, and keeps their places in those texts", () => {
    const { named } = parseSchemaOrThrow('{"type":"fixed","name":"shop.Hash","size":4}', { file: "hash.avsc" });
    const text = `{"type":"record","name":"shop.R","fields":[
      {"name":"own","type":{"type":"fixed","name":"Own","size":1}},
      {"name":"again","type":"Own"},
      {"name":"a","type":["null","Hash"]},
      {"name":"b","type":{"type":"shop.Hash","note":1}},
      {"name":"c","type":"lost"}]}`;
    const { references } = parseSchema(text, { file: "r.avsc", known: named.values() });
    expect(references.map(({ at, end }) => text.slice(at.offset, end))).toEqual([
      '"Hash"',
      '{"type":"shop.Hash","note":1}',
    ]);
    expect(references.map(({ schema, at }) => [schema.at.file, at.file])).toEqual([
      ["hash.avsc", "r.avsc"],
      ["hash.avsc", "r.avsc"],
    ]);
  });
});

describe("problems", () => {
  it("are all reported at once, in the order of the text", () => {
    const text = `{
  "type": "record", "name": "shop.Order-2", "namespace": 1,
  "fields": [
    {"name": "id"},
    {"name": "id", "type": "strin"},
    {"type": "int"},
    {"name": "n", "type": "int", "default": 2147483648},
    {"name": "u", "type": ["null", ["int"], "null"]},
    {"name": "e", "type": {"type": "enum", "name": "E", "symbols": ["A", "A", "b-c"], "default": "D"}},
    {"name": "f", "type": {"type": "fixed", "name": "E", "size": 1.5}},
    {"name": "m", "type": {"type": "map"}},
    {"name": "r", "type": "record"},
    {"name": "o", "type": "int", "order": "up", "doc": 1, "aliases": "x"},
    7
  ]
}`;
    expect(problemsOf(text)).toEqual([
      "invalid-name 2:29 /name",
      "overlooked-attribute 2:58 /namespace",
      "missing-attribute 4:5 /fields/0",
      "duplicate-field 5:14 /fields/1/name",
      "unknown-type 5:28 /fields/1/type",
      "missing-attribute 6:5 /fields/2",
      "invalid-default 7:45 /fields/3/default",
      "invalid-union 8:36 /fields/4/type/1",
      "invalid-union 8:45 /fields/4/type/2",
      "invalid-symbol 9:74 /fields/5/type/symbols/1",
      "invalid-symbol 9:79 /fields/5/type/symbols/2",
      "invalid-enum-default 9:98 /fields/5/type/default",
      "duplicate-name 10:27 /fields/6/type",
      "invalid-size 10:66 /fields/6/type/size",
      "missing-attribute 11:27 /fields/7/type",
      "unknown-type 12:27 /fields/8/type",
      "invalid-attribute 13:43 /fields/9/order",
      "overlooked-attribute 13:56 /fields/9/doc",
      "invalid-attribute 13:70 /fields/9/aliases",
      "invalid-attribute 14:5 /fields/10",
    ]);
  });

  it("name the file, the place and the remedy on one line", () => {
    const { problems } = parseSchema('{"type":"record","name":"R","fields":[{"name":"f","type":"String"}]}', {
      file: "orders/v1.avsc",
    });
    expect(problems.map(formatProblem)).toEqual([
      'orders/v1.avsc:1:58: unknown type "String"; did you mean "string"? [unknown-type]',
    ]);
  });

  it("are in the error of parseSchemaOrThrow", () => {
    const parse = () => parseSchemaOrThrow('"nothing"', { file: "a.avsc" });
    expect(parse).toThrow(/the Avro schema is invalid:\n {2}a\.avsc:1:1: unknown type "nothing"/);
    expect(parse).toThrow(expect.objectContaining({ code: "INVALID_SCHEMA" }));
    let thrown: unknown;
    try {
      parse();
    } catch (error) {
      thrown = error;
    }
    expect(AvroError.is(thrown)).toBe(true);
  });

  it("that do not hinder reading are warnings when lenient", () => {
    const text =
      '{"type":"record","name":"a-b","fields":[{"name":"f","type":"int","default":"1"},{"name":"e","type":{"type":"enum","name":"E","symbols":["x y"],"default":"z"}}]}';
    expect(parseSchema(text).ok).toBe(false);
    const lenient = parseSchema(text, { lenient: true });
    expect(lenient.ok).toBe(true);
    expect(lenient.problems.map(({ severity }) => severity)).toEqual(["warning", "warning", "warning", "warning"]);
  });

  it("of a type that must be defined before its use name the order", () => {
    const problems = fieldProblems('"type":["T",{"type":"fixed","name":"T","size":1}]');
    expect(problems).toEqual([expect.stringContaining("a type must be defined before it is used")]);
  });

  it("warn where Avro's implementations differ", () => {
    const text =
      '[{"type":"fixed","name":"F","size":1},{"type":"record","name":"n.R","fields":[{"name":"a","type":"F"},{"name":"b","type":"int","aliases":["a"]}]}]';
    expect(parseSchema(text).ok).toBe(true);
    expect(problemsOf(text)).toEqual([
      "null-namespace-reference 1:98 /1/fields/0/type",
      "ambiguous-alias 1:103 /1/fields/1",
    ]);
  });
});

describe("what Java is laxer about", () => {
  it.each([
    ['{"type":"record","name":"R","doc":null,"namespace":null,"fields":[]}', "overlooked-attribute"],
    ['{"type":"enum","name":"E","symbols":["A"],"default":null}', "overlooked-attribute"],
    ['{"type":"record","name":"R","fields":[{"name":"f","type":"double","default":"NaN"}]}', "invalid-default"],
    [
      '[{"type":"array","items":{"type":"fixed","name":"F","size":1}},{"type":"fixed","name":"F","size":1}]',
      "duplicate-name",
    ],
  ])("is an error in %s, and a warning where it was released already", (text, code) => {
    expect(new Set(parseSchema(text).problems.map((problem) => `${problem.severity} ${problem.code}`))).toEqual(
      new Set([`error ${code}`]),
    );
    expect(parseSchema(text, { lenient: true }).ok).toBe(true);
  });

  it("is the name of a primitive type in a namespace, which others may not take", () => {
    expect(problemsOf('{"type":"fixed","name":"int","size":1}')).toEqual(["reserved-name 1:24 /name"]);
    expect(problemsOf('{"type":"fixed","name":"n.int","size":1}')).toEqual(["primitive-name 1:24 /name"]);
    expect(parseSchema('{"type":"fixed","name":"n.int","size":1}').ok).toBe(true);
  });

  it("is a size that Java cannot allocate", () => {
    expect(problemsOf('{"type":"fixed","name":"F","size":2147483639}')).toEqual([]);
    expect(problemsOf('{"type":"fixed","name":"F","size":2147483640}')).toEqual(["invalid-size 1:35 /size"]);
    expect(problemsOf('{"type":"fixed","name":"F","size":0}')).toEqual([]);
  });
});

describe("names and aliases", () => {
  it("may be words of the schema language", () => {
    const text = '[{"type":"record","name":"record","fields":[{"name":"f","type":["null","record"]}]},"map"]';
    expect(problemsOf(text)).toEqual(["unknown-type 1:85 /1"]);
  });

  it("count once each", () => {
    const schema = schemaOf(
      '{"type":"record","name":"n.R","aliases":["n.S","S"],"fields":[{"name":"f","type":"int","aliases":["g","g"]}]}',
    );
    expect(schema).toMatchObject({ aliases: ["n.S"], fields: [{ aliases: ["g"] }] });
  });

  it("warn of an alias that two types share, or that is another type's name", () => {
    const text =
      '[{"type":"fixed","name":"n.A","size":1,"aliases":["C"]},{"type":"fixed","name":"n.B","size":1,"aliases":["A","C"]}]';
    expect(parseSchema(text).problems.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      'ambiguous-alias: the alias "n.A" of n.B also belongs to n.A',
      'ambiguous-alias: the alias "n.C" of n.B also belongs to n.A',
    ]);
  });
});

describe("defaults", () => {
  it.each([
    ['{"name":"next","type":"R","default":{}}', ["next"]],
    ['{"name":"next","type":["int","R"],"default":{}}', ["next"]],
    ['{"name":"all","type":{"type":"array","items":"R"},"default":[{}]}', ["all"]],
    [
      '{"name":"a","type":{"type":"record","name":"S","fields":[{"name":"b","type":"R","default":{}}]},"default":{}}',
      ["a", "b"],
    ],
    ['{"name":"next","type":["null","R"],"default":{"next":null}}', []],
    ['{"name":"all","type":{"type":"array","items":"R"},"default":[]}', []],
  ])("that need themselves without end are found in %s", (fields, names) => {
    const text = `{"type":"record","name":"R","fields":[${fields}]}`;
    for (const lenient of [false, true]) {
      const { ok, problems } = parseSchema(text, { lenient });
      expect(ok).toBe(names.length === 0);
      expect(
        problems.map(({ code, message }) => `${code} ${/"(\w+)" never ends/.exec(message)?.[1]}`).toSorted(),
      ).toEqual(names.map((name) => `endless-default ${name}`));
    }
  });

  it.each([
    '"type":"null","default":null',
    '"type":"boolean","default":false',
    '"type":"int","default":-2147483648',
    '"type":"long","default":9223372036854775807',
    '"type":"double","default":1e-3',
    '"type":"float","default":1',
    '"type":"bytes","default":"\\u0000\\u00ff"',
    '"type":{"type":"fixed","name":"F","size":2},"default":"ab"',
    '"type":{"type":"enum","name":"E","symbols":["A","B"]},"default":"B"',
    '"type":{"type":"array","items":"int"},"default":[1,2]',
    '"type":{"type":"map","values":["null","int"]},"default":{"a":null,"b":1}',
    '"type":["null","string"],"default":null',
    '"type":["null","string"],"default":"the second branch"',
    '"type":{"type":"record","name":"S","fields":[{"name":"a","type":"int"},{"name":"b","type":"int","default":2}]},"default":{"a":1}',
    '"type":["null","R"],"default":{"f":null}',
  ])("takes %s", (field) => {
    expect(fieldProblems(field)).toEqual([]);
  });

  it.each([
    ['"type":"boolean","default":"true"', "write true or false without quotes"],
    ['"type":"int","default":1.0', "the default is 1, which is no int"],
    ['"type":"int","default":2147483648', "2147483648, which is no int"],
    ['"type":"long","default":9223372036854775808', "9223372036854775808, which is no long"],
    ['"type":["null","string"],"default":1', "which is no union [null, string]"],
    ['"type":["null","int"],"default":"null"', "write null without quotes"],
    ['"type":"bytes","default":"\\u0100"', "code points 0 to 255"],
    ['"type":{"type":"fixed","name":"F","size":2},"default":"abc"', "has 2 bytes, the default 3"],
    ['"type":{"type":"enum","name":"E","symbols":["A"]},"default":"B"', '"B" is no symbol of enum n.E (A)'],
    ['"type":{"type":"array","items":"int"},"default":[1,"2"]', "a string, which is no int"],
    ['"type":{"type":"record","name":"S","fields":[{"name":"a","type":"int"}]},"default":{}', 'lacks the field "a"'],
  ])("refuses %s", (field, message) => {
    expect(fieldProblems(field)).toEqual([expect.stringMatching(/^invalid-default: /)]);
    expect(fieldProblems(field)[0]).toContain(message);
  });
});

it("takes defaults of other texts' types for sound", () => {
  const { named } = parseSchemaOrThrow('{"type":"record","name":"S","fields":[{"name":"a","type":"int","default":1}]}');
  const text = '{"type":"record","name":"R","fields":[{"name":"s","type":"S","default":{}}]}';
  expect(problemsOf(text, { known: named.values() })).toEqual([]);
});

it("follows defaults as deep as types refer to one another", () => {
  const chain = (leaf: unknown) =>
    JSON.stringify(
      Array.from({ length: 20_000 }, (_, index) => ({
        type: "record",
        name: `R${index}`,
        fields: [index === 0 ? leaf : { name: "f", type: `R${index - 1}`, default: {} }],
      })),
    );
  expect(parseSchema(chain({ name: "f", type: "int", default: 1 })).problems).toEqual([]);
  const { problems } = parseSchema(chain({ name: "f", type: "R0", default: {} }));
  expect(problems).toHaveLength(20_000);
});

describe("logical types", () => {
  it.each([
    ['{"type":"bytes","logicalType":"decimal","precision":9,"scale":2}', { name: "decimal", precision: 9, scale: 2 }],
    [
      '{"type":"fixed","name":"D","size":4,"logicalType":"decimal","precision":9}',
      { name: "decimal", precision: 9, scale: 0 },
    ],
    ['{"type":"fixed","name":"U","size":16,"logicalType":"uuid"}', { name: "uuid" }],
    ['{"type":"fixed","name":"D","size":12,"logicalType":"duration"}', { name: "duration" }],
    ['{"type":"int","logicalType":"date"}', { name: "date" }],
    ['{"type":"long","logicalType":"local-timestamp-nanos"}', { name: "local-timestamp-nanos" }],
  ])("reads %s", (text, logicalType) => {
    const parsed = parseSchemaOrThrow(text);
    expect(parsed.schema.logicalType).toEqual(logicalType);
    expect(parsed.schema.properties).toEqual({});
    expect(parsed.problems).toEqual([]);
  });

  it.each([
    ['{"type":"bytes","logicalType":"decimal"}', 'needs a "precision" of 1 or more'],
    ['{"type":"bytes","logicalType":"decimal","precision":2,"scale":3}', "scale 3 is greater than the precision 2"],
    ['{"type":"fixed","name":"D","size":4,"logicalType":"decimal","precision":10}', "holds 9 digits, not 10"],
    ['{"type":"string","logicalType":"decimal","precision":9}', "needs bytes or fixed, not string"],
    ['{"type":"int","logicalType":"timestamp-millis"}', '"timestamp-millis" needs long, not int'],
    [
      '{"type":"fixed","name":"U","size":8,"logicalType":"uuid"}',
      "needs string or fixed of 16 bytes, not fixed of 8 bytes",
    ],
    ['{"type":"long","logicalType":"timestamp"}', 'no logical type "timestamp"'],
  ])("ignores %s with a warning and keeps its attributes", (text, message) => {
    const parsed = parseSchemaOrThrow(text);
    expect(parsed.schema.logicalType).toBeNull();
    expect(parsed.schema.properties).toHaveProperty("logicalType");
    expect(parsed.problems).toEqual([expect.objectContaining({ severity: "warning" })]);
    expect(parsed.problems[0]?.message).toContain(message);
  });

  it("warns of one that stands beside the type instead of in it", () => {
    expect(fieldProblems('"type":"long","logicalType":"timestamp-millis"')).toEqual([
      expect.stringContaining('"type": {"type": "long", "logicalType": …}'),
    ]);
  });
});

describe("endless records", () => {
  const codesOf = (text: unknown) => {
    const { ok, problems } = parseSchema(JSON.stringify(text));
    return { ok, problems: problems.map(({ code, at }) => `${code} ${at.pointer}`) };
  };
  const record = (name: string, ...types: readonly unknown[]) => ({
    type: "record",
    name,
    fields: types.map((type, index) => ({ name: `f${index}`, type })),
  });

  it.each([
    ["itself", record("A", "A")],
    ["itself in a union without another way out", record("A", ["A", record("B", "A")])],
    ["one that holds it", record("A", record("B", "A"))],
  ])("hold %s", (_, text) => {
    expect(codesOf(text)).toMatchObject({ ok: true, problems: expect.arrayContaining(["endless-record "]) });
  });

  it.each([
    ["null", record("A", ["null", "A"])],
    ["an array", record("A", { type: "array", items: "A" })],
    ["a map", record("A", record("B", { type: "map", values: "A" }))],
    ["another branch", record("A", ["A", record("B", "int")])],
  ])("are none where %s ends them", (_, text) => {
    expect(codesOf(text)).toEqual({ ok: true, problems: [] });
  });

  it("are told once each, also when only a part of the text is endless", () => {
    expect(codesOf(record("A", "int", ["null", record("B", record("C", "B"))]))).toEqual({
      ok: true,
      problems: ["endless-record /fields/1/type/1", "endless-record /fields/1/type/1/fields/0/type"],
    });
  });
});

it.each([
  ["\ufeff{}", "little-endian with a mark"],
  ["{}", "little-endian"],
])("says that %j is UTF-16, %s", (text) => {
  for (const bytes of [Buffer.from(text, "utf16le"), Buffer.from(text, "utf16le").swap16()]) {
    const { problems } = parseSchema(bytes);
    expect(problems.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      "invalid-utf8: the text is UTF-16, and must be UTF-8; save it as UTF-8",
    ]);
  }
});
