import { isNamed, type NamedSchema, type RecordField, type Schema } from "./model/schema.ts";

/**
 * The Parsing Canonical Form of Avro 1.12: the schema with full names, without whitespace and without whatever does
 * not bear on the reading of data. It drops defaults, docs, aliases and logical types, so that schemas of one form may
 * still differ in meaning: never take it for the identity of a schema text.
 */
export function canonicalForm(schema: Schema): string {
  return write(schema, new Set());
}

/** @param written the named types that stand in full before this point; from there on their name suffices */
function write(schema: Schema, written: Set<NamedSchema>): string {
  if (isNamed(schema)) {
    const name = JSON.stringify(schema.fullName);
    if (written.has(schema)) return name;
    written.add(schema);
    return `{"name":${name},"type":"${schema.type}",${writeBody(schema, written)}}`;
  }
  switch (schema.type) {
    case "array":
      return `{"type":"array","items":${write(schema.items, written)}}`;
    case "map":
      return `{"type":"map","values":${write(schema.values, written)}}`;
    case "union":
      return `[${schema.branches.map((branch) => write(branch, written)).join(",")}]`;
    default:
      return `"${schema.type}"`;
  }
}

function writeBody(schema: NamedSchema, written: Set<NamedSchema>): string {
  switch (schema.type) {
    case "record":
      return `"fields":[${schema.fields.map((field) => writeField(field, written)).join(",")}]`;
    case "enum":
      return `"symbols":${JSON.stringify(schema.symbols)}`;
    case "fixed":
      return `"size":${schema.size}`;
  }
}

function writeField(field: RecordField, written: Set<NamedSchema>): string {
  return `{"name":${JSON.stringify(field.name)},"type":${write(field.type, written)}}`;
}
