import type { EnumSchema, RecordField, RecordSchema, Schema } from "@waybill/avro";

/** A field of the event's record, or of a shared type, or of a record within. */
export interface FieldUse {
  readonly field: RecordField;
  readonly owner: RecordSchema;
  /** Path in the data from the event's record or the shared type on, such as `items[].price`. */
  readonly path: string;
  /** The field's type without null; the union itself when several types are left. */
  readonly type: Schema;
  /** What `type` is in the end: the items of arrays and values of maps, without null; for others the type itself. */
  readonly element: Schema;
  /** Whether the field stands within the items of an array or the values of a map. */
  readonly isRepeated: boolean;
}

/** Everything that a schema is made of. Each named type is listed once, under the first path that leads to it. */
export interface SchemaUses {
  readonly fields: readonly FieldUse[];
  readonly records: readonly RecordSchema[];
  readonly enums: readonly EnumSchema[];
}

/** Walks a type and all that it holds; recursive types are followed once. */
export function usesOf(root: Schema): SchemaUses {
  const fields: FieldUse[] = [];
  const records = new Set<RecordSchema>();
  const enums = new Set<EnumSchema>();
  function visit(schema: Schema, path: string, isRepeated: boolean): void {
    if (schema.type === "record") {
      if (records.has(schema)) return;
      records.add(schema);
      for (const field of schema.fields) {
        const fieldPath = path === "" ? field.name : `${path}.${field.name}`;
        const type = withoutNull(field.type);
        fields.push({ field, owner: schema, path: fieldPath, type, element: elementOf(type), isRepeated });
        visit(field.type, fieldPath, isRepeated);
      }
    } else if (schema.type === "enum") enums.add(schema);
    else if (schema.type === "array") visit(schema.items, `${path}[]`, true);
    else if (schema.type === "map") visit(schema.values, `${path}{}`, true);
    else if (schema.type === "union") for (const branch of schema.branches) visit(branch, path, isRepeated);
  }
  visit(root, "", false);
  return { fields, records: [...records], enums: [...enums] };
}

/** The items of an array, the values of a map, down to what is neither; any other type is its own element. */
export function elementOf(schema: Schema): Schema {
  if (schema.type === "array") return elementOf(withoutNull(schema.items));
  return schema.type === "map" ? elementOf(withoutNull(schema.values)) : schema;
}

/** What is left of a union without null: its one other branch, or the union itself. */
export function withoutNull(schema: Schema): Schema {
  if (schema.type !== "union") return schema;
  const [only, ...others] = schema.branches.filter(({ type }) => type !== "null");
  return only !== undefined && others.length === 0 ? only : schema;
}
