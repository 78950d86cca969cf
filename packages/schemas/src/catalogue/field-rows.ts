import { type EnumSchema, isNamed, type JsonValue, type RecordSchema, type Schema } from "@waybill/avro";
import { nameText, recordsIn, typeText } from "../type-text.ts";
import { deprecationOf } from "./deprecation.ts";

/** A field of an event, or of a record inside it; rows stand in the order of a tree that is read from top to bottom. */
export interface FieldRow {
  /** `items[].unitPrice`, from the event's record. */
  readonly path: string;
  readonly name: string;
  /** Records around the field's own record. */
  readonly depth: number;
  /** The record that it belongs to, where its type alone does not tell: one of several in a union. */
  readonly of: string | null;
  /** On one line, such as `array<OrderItem>`. */
  readonly type: string;
  readonly doc: string | null;
  readonly deprecated: string | null;
  readonly key: boolean;
  /** Only when the field has one; null is a default too. */
  readonly default?: JsonValue;
  readonly aliases: readonly string[];
  readonly enums: readonly EnumSchema[];
  /** Records in its type whose fields stand elsewhere: a recursive type, or one that was met before. */
  readonly repeated: readonly string[];
}

/** Every field of a record; the fields of the records inside it follow where each is met first. */
export function fieldRowsOf(record: RecordSchema, key: string | null): readonly FieldRow[] {
  return new Walk(record, key).rows;
}

class Walk {
  readonly rows: FieldRow[] = [];
  readonly #namespace: string | null;
  readonly #seen = new Set<RecordSchema>();

  constructor(record: RecordSchema, key: string | null) {
    this.#namespace = record.namespace;
    this.#seen.add(record);
    this.#fields(record, { path: "", depth: 0, of: null, key });
  }

  #fields(
    record: RecordSchema,
    place: { readonly path: string; readonly depth: number; readonly of: string | null; readonly key: string | null },
  ): void {
    for (const field of record.fields) {
      const records = recordsIn(field.type);
      const fresh = records.filter((inner) => !this.#seen.has(inner));
      for (const inner of fresh) this.#seen.add(inner);
      const path = place.path === "" ? field.name : `${place.path}.${field.name}`;
      this.rows.push({
        path,
        name: field.name,
        depth: place.depth,
        of: place.of,
        type: typeText(field.type, this.#namespace, 0),
        doc: field.doc,
        deprecated: deprecationOf(field.properties, field.doc),
        key: field.name === place.key,
        ...(field.default === null ? {} : { default: field.default.value }),
        aliases: field.aliases,
        enums: enumsIn(field.type),
        repeated: records.filter((inner) => !fresh.includes(inner)).map((inner) => nameText(inner, this.#namespace)),
      });
      for (const inner of fresh) {
        const of = records.length > 1 ? nameText(inner, this.#namespace) : null;
        this.#fields(inner, { path: `${path}${elementsIn(field.type, inner)}`, depth: place.depth + 1, of, key: null });
      }
    }
  }
}

/** `[]` for each array and `{}` for each map between a field and a record in its type. */
function elementsIn(schema: Schema, record: RecordSchema): string {
  if (schema.type === "array") return `[]${elementsIn(schema.items, record)}`;
  if (schema.type === "map") return `{}${elementsIn(schema.values, record)}`;
  if (schema.type !== "union") return "";
  const branch = schema.branches.find((candidate) => recordsIn(candidate).includes(record));
  return branch === undefined ? "" : elementsIn(branch, record);
}

/** The enums in a type, but not inside records. */
function enumsIn(schema: Schema): readonly EnumSchema[] {
  if (schema.type === "enum") return [schema];
  if (isNamed(schema)) return [];
  if (schema.type === "array") return enumsIn(schema.items);
  if (schema.type === "map") return enumsIn(schema.values);
  return schema.type === "union" ? schema.branches.flatMap(enumsIn) : [];
}
