import type { JsonObject, JsonValue } from "../json/json-node.ts";
import type { SourcePosition } from "../source-position.ts";
import type { LogicalType } from "./logical-type.ts";

/**
 * An Avro schema, told apart by `type`. It is a graph: every use of a named type is the very object of its definition,
 * so a recursive type contains itself. Walk it with a set of visited named types.
 */
export type Schema = PrimitiveSchema | RecordSchema | EnumSchema | FixedSchema | ArraySchema | MapSchema | UnionSchema;

/** The types that have names and can be referred to. */
export type NamedSchema = RecordSchema | EnumSchema | FixedSchema;

/** The names of the types that take no definition. */
export type PrimitiveType = "null" | "boolean" | "int" | "long" | "float" | "double" | "bytes" | "string";

interface SchemaBase {
  /** Where the type is written or, for a use of a named type, where that type is defined. */
  readonly at: SourcePosition;
  /** The logical type, or null; an invalid one is null, and stays in `properties`. */
  readonly logicalType: LogicalType | null;
  /** Attributes that Avro does not define, such as `connect.name`. */
  readonly properties: JsonObject;
}

export interface PrimitiveSchema extends SchemaBase {
  readonly type: PrimitiveType;
}

interface NamedSchemaBase extends SchemaBase {
  /** The last part of the full name. */
  readonly name: string;
  /** The full name without its last part, or null. */
  readonly namespace: string | null;
  readonly fullName: string;
  /** Full names: those written without a dot stand in the type's own namespace. */
  readonly aliases: readonly string[];
  readonly doc: string | null;
}

export interface RecordSchema extends NamedSchemaBase {
  readonly type: "record";
  /** Whether it was declared with the type `error`, as protocols do; otherwise the two are alike. */
  readonly isError: boolean;
  readonly fields: readonly RecordField[];
}

export interface EnumSchema extends NamedSchemaBase {
  readonly type: "enum";
  readonly symbols: readonly string[];
  /** The symbol that stands in for one that the reader does not know, or null. */
  readonly default: string | null;
}

export interface FixedSchema extends NamedSchemaBase {
  readonly type: "fixed";
  /** In bytes. */
  readonly size: number;
}

export interface ArraySchema extends SchemaBase {
  readonly type: "array";
  readonly items: Schema;
}

export interface MapSchema extends SchemaBase {
  readonly type: "map";
  readonly values: Schema;
}

export interface UnionSchema extends SchemaBase {
  readonly type: "union";
  readonly branches: readonly Schema[];
}

export interface RecordField {
  readonly name: string;
  readonly doc: string | null;
  readonly aliases: readonly string[];
  readonly type: Schema;
  /** Null when the field has no default, which is not the default null. */
  readonly default: FieldDefault | null;
  readonly order: "ascending" | "descending" | "ignore";
  /** Attributes that Avro does not define, such as `waybill.key`. */
  readonly properties: JsonObject;
  readonly at: SourcePosition;
  /** Where the field's type is written; for a use of a named type that is not where the type is defined. */
  readonly typeAt: SourcePosition;
}

export interface FieldDefault {
  /** As in the schema: bytes and fixed are strings of the code points 0 to 255. */
  readonly value: JsonValue;
  readonly at: SourcePosition;
}

const PRIMITIVE_TYPES: ReadonlyMap<string, PrimitiveType> = new Map(
  (["null", "boolean", "int", "long", "float", "double", "bytes", "string"] as const).map((type) => [type, type]),
);

/** Whether a name is that of a primitive type. */
export function isPrimitiveType(name: string): name is PrimitiveType {
  return PRIMITIVE_TYPES.has(name);
}

/** The primitive type of a name, or null: always the same string for a type, so that comparing types is quick. */
export function primitiveTypeOf(name: string): PrimitiveType | null {
  return PRIMITIVE_TYPES.get(name) ?? null;
}

/** Whether a schema is a record, an enum or a fixed. */
export function isNamed(schema: Schema): schema is NamedSchema {
  return schema.type === "record" || schema.type === "enum" || schema.type === "fixed";
}

/** A schema in a few words, for messages: `string`, `record shop.Money`, `union [null, string]`. */
export function describeSchema(schema: Schema): string {
  if (isNamed(schema)) return `${schema.type} ${schema.fullName}`;
  if (schema.type === "union") return `union [${schema.branches.map(branchLabel).join(", ")}]`;
  if (schema.type === "array") return `array of ${branchLabel(schema.items)}`;
  if (schema.type === "map") return `map of ${branchLabel(schema.values)}`;
  return schema.type;
}

function branchLabel(schema: Schema): string {
  return isNamed(schema) ? schema.fullName : schema.type;
}
