import { type EnumSchema, isNamed, type LogicalType, type NamedSchema, type Schema } from "@waybill/avro";

/** Symbols of an enum that are listed; the rest is counted. */
const maxSymbols = 12;

/**
 * A type on one line: `string (uuid)`, `bytes (decimal 12,2)`, `array<OrderItem>`, `null | long`, `enum Status {A, B}`.
 *
 * @param namespace names inside it are shown without it
 * @param limit how many symbols of an enum are listed; none are named with 0
 */
export function typeText(schema: Schema, namespace: string | null, limit = maxSymbols): string {
  const text = bareText(schema, namespace, limit);
  return schema.logicalType === null ? text : `${text} (${logicalText(schema.logicalType)})`;
}

function bareText(schema: Schema, namespace: string | null, limit: number): string {
  switch (schema.type) {
    case "record":
      return nameText(schema, namespace);
    case "enum":
      return `enum ${nameText(schema, namespace)}${limit === 0 ? "" : ` {${symbolsText(schema, limit)}}`}`;
    case "fixed":
      return `fixed ${nameText(schema, namespace)} of ${schema.size} bytes`;
    case "array":
      return `array<${typeText(schema.items, namespace, limit)}>`;
    case "map":
      return `map<${typeText(schema.values, namespace, limit)}>`;
    case "union":
      return schema.branches.map((branch) => typeText(branch, namespace, limit)).join(" | ") || "empty union";
    default:
      return schema.type;
  }
}

/** A named type's name, without the namespace that it shares. */
export function nameText(schema: NamedSchema, namespace: string | null): string {
  return schema.namespace === namespace ? schema.name : schema.fullName;
}

/** A logical type with its attributes: `decimal 12,2`. */
export function logicalText(logicalType: LogicalType): string {
  return logicalType.name === "decimal" ? `decimal ${logicalType.precision},${logicalType.scale}` : logicalType.name;
}

function symbolsText(schema: EnumSchema, limit: number): string {
  const shown = schema.symbols.slice(0, limit);
  const rest = schema.symbols.length - shown.length;
  const symbols = [...shown, ...(rest === 0 ? [] : [`and ${rest} more`])].join(", ");
  return schema.default === null ? symbols : `${symbols}; default ${schema.default}`;
}

/** The records that stand in a type, through arrays, maps and unions, but not inside other records. */
export function recordsIn(schema: Schema): readonly Extract<Schema, { type: "record" }>[] {
  if (schema.type === "record") return [schema];
  if (isNamed(schema)) return [];
  if (schema.type === "array") return recordsIn(schema.items);
  if (schema.type === "map") return recordsIn(schema.values);
  return schema.type === "union" ? schema.branches.flatMap(recordsIn) : [];
}
