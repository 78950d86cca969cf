import type { JsonValue } from "./json/json-node.ts";
import { isNamed, type NamedSchema, type RecordField, type Schema } from "./model/schema.ts";
import type { ParsedSchema } from "./parse/parse-schema.ts";

/**
 * One spelling for all texts that say the same: full names, attributes in a fixed order, no whitespace, and, unlike the
 * canonical form, everything that the text says, with defaults, docs, aliases, logical types and custom properties.
 * Two texts of one normal form are one schema. Types of other texts stand by their names.
 */
export function normalForm(parsed: ParsedSchema): string {
  const pending = new Set<NamedSchema>(parsed.named.values());
  return writeJson(plain(parsed.schema, pending));
}

/** @param pending the types of this text that are not yet written in full */
function plain(schema: Schema, pending: Set<NamedSchema>): JsonValue {
  if (isNamed(schema)) {
    if (!pending.delete(schema)) return schema.fullName;
    const { fullName, doc, aliases } = schema;
    const head = {
      type: kindOf(schema),
      name: fullName,
      ...(doc === null ? {} : { doc }),
      aliases: aliases.toSorted(),
    };
    return withExtras(schema, { ...head, ...body(schema, pending) });
  }
  switch (schema.type) {
    case "union":
      return schema.branches.map((branch) => plain(branch, pending));
    case "array":
      return withExtras(schema, { type: "array", items: plain(schema.items, pending) });
    case "map":
      return withExtras(schema, { type: "map", values: plain(schema.values, pending) });
    default: {
      const bare = schema.logicalType === null && Object.keys(schema.properties).length === 0;
      return bare ? schema.type : withExtras(schema, { type: schema.type });
    }
  }
}

function kindOf(schema: NamedSchema): string {
  return schema.type === "record" && schema.isError ? "error" : schema.type;
}

function body(schema: NamedSchema, pending: Set<NamedSchema>): { [key: string]: JsonValue } {
  switch (schema.type) {
    case "record":
      return { fields: schema.fields.map((field) => plainField(field, pending)) };
    case "enum":
      return { symbols: schema.symbols, ...(schema.default === null ? {} : { default: schema.default }) };
    case "fixed":
      return { size: schema.size };
  }
}

function plainField(field: RecordField, pending: Set<NamedSchema>): JsonValue {
  return {
    name: field.name,
    type: plain(field.type, pending),
    ...(field.doc === null ? {} : { doc: field.doc }),
    ...(field.default === null ? {} : { default: field.default.value }),
    order: field.order,
    aliases: field.aliases.toSorted(),
    properties: field.properties,
  };
}

function withExtras(schema: Schema, attributes: { [key: string]: JsonValue }): JsonValue {
  const logicalType = schema.logicalType === null ? {} : { logicalType: { ...schema.logicalType } };
  return { ...attributes, ...logicalType, properties: schema.properties };
}

/** JSON with sorted keys. A bigint is an integer that a number cannot hold. */
function writeJson(value: JsonValue): string {
  if (typeof value === "bigint") return value.toString();
  if (isList(value)) return `[${value.map(writeJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const keys = Object.keys(value).toSorted();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${writeJson(value[key] ?? null)}`).join(",")}}`;
}

/** Array.isArray does not narrow readonly arrays. */
function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
