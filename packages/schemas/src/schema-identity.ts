import { type JsonValue, parseSchema, type RecordField, type Schema } from "@waybill/avro";

/**
 * Whether two texts are the same schema with all that it says: docs, defaults, aliases and attributes included. The
 * order of keys, shortened type names and the place of namespaces are free, as registries rewrite those. The Parsing
 * Canonical Form would not do: a registry that matches by it loses defaults and logical types.
 */
export function isSameSchema(a: string, b: string): boolean {
  if (a === b) return true;
  const [first, second] = [completeForm(a), completeForm(b)];
  return first !== null && first === second;
}

/** Everything that a schema says in one fixed order; null when the text is no schema. */
function completeForm(text: string): string | null {
  const result = parseSchema(text, { lenient: true });
  return result.ok ? JSON.stringify(describe(result.schema, new Set()), inFixedOrder) : null;
}

function describe(schema: Schema, seen: Set<Schema>): unknown {
  const { logicalType, properties } = schema;
  const extras = { logicalType, properties };
  switch (schema.type) {
    case "array":
      return { type: schema.type, items: describe(schema.items, seen), ...extras };
    case "map":
      return { type: schema.type, values: describe(schema.values, seen), ...extras };
    case "union":
      return schema.branches.map((branch) => describe(branch, seen));
    case "record":
    case "enum":
    case "fixed": {
      if (seen.has(schema)) return schema.fullName;
      seen.add(schema);
      const { type, fullName, doc } = schema;
      const aliases = schema.aliases.toSorted();
      if (schema.type === "fixed") return { type, fullName, doc, aliases, size: schema.size, ...extras };
      if (schema.type === "enum") {
        return { type, fullName, doc, aliases, symbols: schema.symbols, default: schema.default, ...extras };
      }
      const fields = schema.fields.map((field) => describeField(field, seen));
      return { type, fullName, doc, aliases, fields, ...extras };
    }
    default:
      return { type: schema.type, ...extras };
  }
}

function describeField(field: RecordField, seen: Set<Schema>): unknown {
  const { name, doc, order, properties } = field;
  const fallback = field.default === null ? null : { value: field.default.value };
  return {
    name,
    doc,
    order,
    properties,
    aliases: field.aliases.toSorted(),
    default: fallback,
    type: describe(field.type, seen),
  };
}

/** A replacer for JSON.stringify: keys sorted, and integers beyond 2^53 exact. */
function inFixedOrder(_key: string, value: JsonValue): unknown {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
