import { describe, expect, it } from "@jest/globals";
import { bytesOf, lockOf, treeOf } from "../../test/tree-fixture.ts";
import { parseConfig, type SchemasConfig } from "../config.ts";
import type { SchemaLock } from "../lock-file.ts";
import { buildSchemaTree } from "../schema-tree.ts";
import { fixTree } from "./fix-tree.ts";

const path = "orders/order.placed/v1.avsc";

function fix(text: string, lock: SchemaLock = new Map()) {
  const config: SchemasConfig = treeOf({}).config;
  const files = [{ path, content: bytesOf(text) }];
  const { tree, changed } = fixTree(buildSchemaTree(config, files), { config, files, lock });
  const [file] = changed;
  const after = file === undefined ? text : new TextDecoder("utf-8", { ignoreBOM: true }).decode(file.content);
  return { text: after, fixes: file?.fixes ?? 0, findings: tree.findings };
}

function schema(fields: string): string {
  return `{ "type": "record", "name": "OrderPlaced", "namespace": "orders.order", "doc": "d", "fields": [${fields}] }`;
}

describe("nullable fields", () => {
  it.each([
    ['{ "name": "a", "type": ["null", "int"] }', '{ "name": "a", "type": ["null", "int"], "default": null }'],
    ['{ "name": "a", "type": ["int", "null"] }', '{ "name": "a", "type": ["null", "int"], "default": null }'],
    ['{"name":"a","type":["int","null"],"doc":"d"}', '{"name":"a","type":["null","int"],"default":null,"doc":"d"}'],
    ['{ "type": ["null", "int"], "name": "a" }', '{ "type": ["null", "int"], "default": null, "name": "a" }'],
    [
      '{ "name": "a", "type": [ {"type":"int"} , "null"], "default": null }',
      '{ "name": "a", "type": [ "null" , {"type":"int"}], "default": null }',
    ],
    [
      '{\r\n\t"name": "a",\r\n\t"type": [\r\n\t\t"null", "int" ]\r\n}',
      '{\r\n\t"name": "a",\r\n\t"type": [\r\n\t\t"null", "int" ],\r\n\t"default": null\r\n}',
    ],
  ])("mends %s in its own formatting", (before, after) => {
    expect(fix(schema(before))).toEqual({ text: schema(after), fixes: 1, findings: [] });
  });

  it("leaves unions of more to a person, as types may be used before they are defined", () => {
    const fields = '{ "name": "a", "type": ["int", "string", "null"] }';
    expect(fix(schema(fields)).fixes).toBe(0);
  });
});

it("gives an enum the default that it has a symbol for, also within a union that is turned round", () => {
  const type = '{ "type": "enum", "name": "E", "symbols": ["A", "UNKNOWN"] }';
  expect(fix(schema(`{ "name": "e", "type": [${type}, "null"] }`))).toEqual({
    text: schema(
      '{ "name": "e", "type": ["null", { "type": "enum", "name": "E", "symbols": ["A", "UNKNOWN"], "default": "UNKNOWN" }], "default": null }',
    ),
    fixes: 2,
    findings: [],
  });
  expect(fix(schema(`{ "name": "e", "type": ${type.replace("UNKNOWN", "B")} }`)).fixes).toBe(0);
});

it("keeps a byte order mark", () => {
  const { text } = fix(`\ufeff${schema('{ "name": "a", "type": ["null", "int"] }')}`);
  expect(text).toBe(`\ufeff${schema('{ "name": "a", "type": ["null", "int"], "default": null }')}`);
});

it("leaves released versions, suppressed findings and rules that are off alone", () => {
  const nullable = schema('{ "name": "a", "type": ["null", "int"] }');
  expect(fix(nullable, lockOf({ [path]: nullable })).fixes).toBe(0);
  const silenced = '{ "name": "a", "type": ["null", "int"], "waybill.lint": { "nullable-default": "why" } }';
  expect(fix(schema(silenced)).fixes).toBe(0);
  const { config } = parseConfig(bytesOf({ lint: { preset: "off" } }));
  if (config === null) throw new Error("the config is invalid");
  const files = [{ path, content: bytesOf(nullable) }];
  expect(fixTree(buildSchemaTree(config, files), { config, files, lock: new Map() }).changed).toEqual([]);
});
