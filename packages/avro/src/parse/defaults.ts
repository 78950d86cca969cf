import { describeJson, type JsonNode, type JsonNumberNode } from "../json/json-node.ts";
import {
  describeSchema,
  type EnumSchema,
  type FixedSchema,
  type PrimitiveSchema,
  type RecordSchema,
  type Schema,
} from "../model/schema.ts";
import type { SourcePosition } from "../source-position.ts";

/** Why a default does not fit its type, and where in the default. */
export interface DefaultFault {
  readonly message: string;
  readonly at: SourcePosition;
}

const INT = 2n ** 31n;
const LONG = 2n ** 63n;

/**
 * Everything in which a default differs from its type; empty when it fits. A union takes the default of any of its
 * branches (Avro 1.12; before, of the first alone).
 */
export function defaultFaults(schema: Schema, node: JsonNode): readonly DefaultFault[] {
  switch (schema.type) {
    case "null":
    case "boolean":
      return node.kind === schema.type ? [] : [mismatch(schema, node)];
    case "int":
      return isIntegerWithin(node, INT) ? [] : [mismatch(schema, node)];
    case "long":
      return isIntegerWithin(node, LONG) ? [] : [mismatch(schema, node)];
    case "float":
    case "double":
      return node.kind === "number" ? [] : [mismatch(schema, node)];
    case "string":
      return node.kind === "string" ? [] : [mismatch(schema, node)];
    case "bytes":
    case "fixed":
      return bytesFaults(schema, node);
    case "enum":
      return enumFaults(schema, node);
    case "array":
      if (node.kind !== "array") return [mismatch(schema, node)];
      return node.elements.flatMap((element) => defaultFaults(schema.items, element));
    case "map":
      if (node.kind !== "object") return [mismatch(schema, node)];
      return [...node.members.values()].flatMap((value) => defaultFaults(schema.values, value));
    case "union":
      return schema.branches.some((branch) => defaultFaults(branch, node).length === 0) ? [] : [mismatch(schema, node)];
    case "record":
      return recordFaults(schema, node);
  }
}

function bytesFaults(schema: PrimitiveSchema | FixedSchema, node: JsonNode): readonly DefaultFault[] {
  if (node.kind !== "string") return [mismatch(schema, node)];
  if (/[^\p{ASCII}\u0080-\u00ff]/u.test(node.value)) {
    return [{ message: "a default of bytes takes the code points 0 to 255, one for each byte", at: node.at }];
  }
  if (schema.type !== "fixed" || node.value.length === schema.size) return [];
  return [
    { message: `${describeSchema(schema)} has ${schema.size} bytes, the default ${node.value.length}`, at: node.at },
  ];
}

function enumFaults(schema: EnumSchema, node: JsonNode): readonly DefaultFault[] {
  if (node.kind !== "string") return [mismatch(schema, node)];
  if (schema.symbols.includes(node.value)) return [];
  const known = schema.symbols.join(", ");
  return [{ message: `"${node.value}" is no symbol of ${describeSchema(schema)} (${known})`, at: node.at }];
}

/** A field that the default leaves out takes its own default, which is checked where it is written. */
function recordFaults(schema: RecordSchema, node: JsonNode): readonly DefaultFault[] {
  if (node.kind !== "object") return [mismatch(schema, node)];
  return schema.fields.flatMap((field) => {
    const value = node.members.get(field.name);
    if (value !== undefined) return defaultFaults(field.type, value);
    if (field.default !== null) return [];
    return [{ message: `the default lacks the field "${field.name}" of ${describeSchema(schema)}`, at: node.at }];
  });
}

function isIntegerWithin(node: JsonNode, bound: bigint): node is JsonNumberNode {
  return node.kind === "number" && node.integral && BigInt(node.value) >= -bound && BigInt(node.value) < bound;
}

function mismatch(schema: Schema, node: JsonNode): DefaultFault {
  const value = node.kind === "number" || node.kind === "boolean" ? String(node.value) : describeJson(node);
  const hint =
    schema.type === "boolean" && node.kind === "string"
      ? "; write true or false without quotes"
      : node.kind === "string" && node.value === "null" && includesNull(schema)
        ? "; write null without quotes"
        : "";
  return { message: `the default is ${value}, which is no ${describeSchema(schema)}${hint}`, at: node.at };
}

function includesNull(schema: Schema): boolean {
  return schema.type === "null" || (schema.type === "union" && schema.branches.some(({ type }) => type === "null"));
}
