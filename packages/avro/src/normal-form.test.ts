import { expect, it } from "@jest/globals";
import { normalForm } from "./normal-form.ts";
import { parseSchemaOrThrow } from "./parse/parse-schema.ts";

const form = (text: string) => normalForm(parseSchemaOrThrow(text));

it("is one for all spellings", () => {
  const one = form(
    '{"type":"record","name":"a.b.R","fields":[{"name":"f","type":{"type":"string"},"aliases":["y","x"]},{"name":"r","type":["null","R"]}]}',
  );
  const other = form(
    '{ "fields": [ {"type": "string", "aliases": ["x", "y"], "order": "ascending", "name": "f"}, {"name":"r","type":["null","a.b.R"]} ], "namespace": "a.b", "name": "R", "type": "record" }',
  );
  expect(other).toBe(one);
});

it.each([
  ['"int"', '{"type":"int","logicalType":"date"}'],
  ['{"type":"fixed","name":"F","size":1}', '{"type":"fixed","name":"F","size":1,"doc":"d"}'],
  ['{"type":"fixed","name":"F","size":1}', '{"type":"fixed","name":"F","size":1,"aliases":["G"]}'],
  [
    '{"type":"fixed","name":"F","size":1,"x":9007199254740993}',
    '{"type":"fixed","name":"F","size":1,"x":9007199254740992}',
  ],
  [
    '{"type":"record","name":"R","fields":[{"name":"f","type":"int","default":1}]}',
    '{"type":"record","name":"R","fields":[{"name":"f","type":"int","default":2}]}',
  ],
  [
    '{"type":"record","name":"R","fields":[{"name":"f","type":["null","int"]}]}',
    '{"type":"record","name":"R","fields":[{"name":"f","type":["null","int"],"default":null}]}',
  ],
  ['{"type":"record","name":"R","fields":[]}', '{"type":"error","name":"R","fields":[]}'],
])("tells %s from %s", (one, other) => {
  expect(form(one)).not.toBe(form(other));
});

it("writes types of other texts by name", () => {
  const { named } = parseSchemaOrThrow('{"type":"fixed","name":"n.F","size":1}');
  expect(normalForm(parseSchemaOrThrow('["null","n.F"]', { known: named.values() }))).toBe('["null","n.F"]');
});
