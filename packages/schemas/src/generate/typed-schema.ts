import type { RecordField, RecordSchema, Schema, SourcePosition } from "@waybill/avro";
import {
  type AvroType,
  type EnumType,
  type Field,
  readRecordSchema,
  type RecordType,
} from "@waybill/events/codegen/model";

/** A version of an event: its text, and the same with places. */
export interface TypedVersion {
  readonly text: string;
  readonly record: RecordSchema;
}

/** A type as the generator sees it, together with its place in the schema's text. Both have the same shape. */
export interface TypedSchema<Type extends AvroType = AvroType> {
  readonly type: Type;
  readonly schema: Schema;
  /** Where the type is written; for a use of a named type in a field that is not where the type is defined. */
  readonly at: SourcePosition;
}

/** One field of a record, as the generator sees it and as it is written. */
export interface TypedField {
  readonly field: Field;
  readonly source: RecordField;
  readonly value: TypedSchema;
}

/** The record of a version. */
export function typedRecordOf({ text, record }: TypedVersion): TypedSchema<RecordType> {
  return { type: readRecordSchema(text), schema: record, at: record.at };
}

/** The fields of a record in order. */
export function fieldsOf({ type, schema }: TypedSchema<RecordType>): readonly TypedField[] {
  const sources = schema.type === "record" ? schema.fields : [];
  return type.fields.flatMap((field, index) => {
    const source = sources[index];
    if (source === undefined) return [];
    return [{ field, source, value: { type: field.type, schema: source.type, at: source.typeAt } }];
  });
}

/** The items of an array or the values of a map; undefined for other types. */
export function elementOf({ type, schema }: TypedSchema): TypedSchema | undefined {
  if (type.kind === "array" && schema.type === "array") return placed(type.items, schema.items);
  if (type.kind === "map" && schema.type === "map") return placed(type.values, schema.values);
  return undefined;
}

/** The branches of a union without null; any other type alone. */
export function membersOf(typed: TypedSchema): readonly TypedSchema[] {
  const { type, schema } = typed;
  const branches =
    type.kind === "union" && schema.type === "union"
      ? type.branches.flatMap((branch, index) => {
          const source = schema.branches[index];
          return source === undefined ? [] : [placed(branch, source)];
        })
      : [typed];
  return branches.filter((branch) => branch.type.kind !== "null");
}

/** Whether a value of the type may be null. */
export function isNullable({ type }: TypedSchema): boolean {
  return type.kind === "null" || (type.kind === "union" && type.branches.some(({ kind }) => kind === "null"));
}

/** Whether it is a record. */
export function isRecord(typed: TypedSchema): typed is TypedSchema<RecordType> {
  return typed.type.kind === "record";
}

/** Whether it is an enum. */
export function isEnum(typed: TypedSchema): typed is TypedSchema<EnumType> {
  return typed.type.kind === "enum";
}

function placed(type: AvroType, schema: Schema): TypedSchema {
  return { type, schema, at: schema.at };
}
