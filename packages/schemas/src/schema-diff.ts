import { type JsonValue, type NamedSchema, type RecordField, type RecordSchema, type Schema } from "@waybill/avro";
import { jsonText } from "./json-text.ts";
import { typeText } from "./type-text.ts";

/** What differs at one place of two records. */
export interface SchemaChange {
  readonly kind: "added" | "removed" | "changed";
  /** By the names of the later schema where it has the place: `items[].price`; empty for the record itself. */
  readonly path: string;
  /** The field that was added or removed, or the attributes that differ. */
  readonly attributes: readonly AttributeChange[];
}

/** An attribute of a field or of a named type. A side that lacks it has no value. */
export interface AttributeChange {
  /** `name`, `type`, `default`, `doc`, `aliases`, `order`, or one that Avro does not define, such as `waybill.key`. */
  readonly attribute: string;
  readonly before?: JsonValue;
  readonly after?: JsonValue;
}

/** Every field that was added, removed or changed, also inside other records, in the order of the later schema. */
export function diffRecords(before: RecordSchema, after: RecordSchema): readonly SchemaChange[] {
  return new Comparison(before.namespace, after.namespace).compare(before, after, "");
}

class Comparison {
  readonly #namespaces: readonly [string | null, string | null];
  /** Pairs that have been compared, so that recursive types end. */
  readonly #seen = new Map<NamedSchema, Set<NamedSchema>>();

  constructor(before: string | null, after: string | null) {
    this.#namespaces = [before, after];
  }

  compare(before: NamedSchema, after: NamedSchema, path: string): readonly SchemaChange[] {
    const seen = this.#seen.get(before) ?? new Set();
    if (seen.has(after)) return [];
    this.#seen.set(before, seen.add(after));
    const attributes = differing([
      ["name", before.fullName, after.fullName],
      ["doc", before.doc ?? undefined, after.doc ?? undefined],
      ["aliases", listed(before.aliases), listed(after.aliases)],
      ...propertiesOf(before, after),
    ]);
    const own: readonly SchemaChange[] = attributes.length === 0 ? [] : [{ kind: "changed", path, attributes }];
    if (before.type !== "record" || after.type !== "record") return own;
    return [...own, ...this.#compareFields(before, after, path)];
  }

  #compareFields(before: RecordSchema, after: RecordSchema, path: string): readonly SchemaChange[] {
    const matched = new Set<RecordField>();
    const changes = after.fields.flatMap((field) => {
      const match = before.fields.find((candidate) => isSameField(candidate, field, after));
      if (match === undefined) return [this.#whole("added", field, path)];
      matched.add(match);
      return this.#compareField(match, field, join(path, field.name));
    });
    const gone = before.fields.filter((field) => !matched.has(field));
    return [...changes, ...gone.map((field) => this.#whole("removed", field, path))];
  }

  #whole(kind: "added" | "removed", field: RecordField, path: string): SchemaChange {
    const index = kind === "added" ? 1 : 0;
    const side = kind === "added" ? "after" : "before";
    const attributes = Object.entries(attributesOf(field, this.#namespaces[index] ?? null))
      .filter(([attribute, value]) => attribute !== "name" && value !== undefined)
      .map(([attribute, value]) => ({ attribute, [side]: value }));
    return { kind, path: join(path, field.name), attributes };
  }

  #compareField(before: RecordField, after: RecordField, path: string): readonly SchemaChange[] {
    const [first, second] = [attributesOf(before, this.#namespaces[0]), attributesOf(after, this.#namespaces[1])];
    const names = [...new Set([...Object.keys(first), ...Object.keys(second)])];
    const attributes = differing(names.map((name) => [name, first[name], second[name]]));
    const own: readonly SchemaChange[] = attributes.length === 0 ? [] : [{ kind: "changed", path, attributes }];
    const inner = pairNamed(namedIn(before.type, path), namedIn(after.type, path));
    return [...own, ...inner.flatMap(([from, to]) => this.compare(from.type, to.type, to.path))];
  }
}

type Attributes = Readonly<Record<string, JsonValue | undefined>>;

function attributesOf(field: RecordField, namespace: string | null): Attributes {
  return {
    name: field.name,
    type: typeText(field.type, namespace, Infinity),
    default: field.default?.value,
    doc: field.doc ?? undefined,
    aliases: listed(field.aliases),
    order: field.order === "ascending" ? undefined : field.order,
    ...field.properties,
  };
}

/** An empty list is an attribute that is not there. */
function listed(values: readonly string[]): JsonValue | undefined {
  return values.length === 0 ? undefined : values;
}

function propertiesOf(before: NamedSchema, after: NamedSchema) {
  const names = [...new Set([...Object.keys(before.properties), ...Object.keys(after.properties)])];
  return names.map((name) => [name, before.properties[name], after.properties[name]] as const);
}

function differing(
  attributes: readonly (readonly [string, JsonValue | undefined, JsonValue | undefined])[],
): readonly AttributeChange[] {
  return attributes
    .filter(([, before, after]) => textOf(before) !== textOf(after))
    .map(([attribute, before, after]) => ({
      attribute,
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
    }));
}

function textOf(value: JsonValue | undefined): string | null {
  return value === undefined ? null : jsonText(value);
}

/** By name or, for a field that is new by its name, by an alias, as Avro's resolution matches fields. */
function isSameField(before: RecordField, after: RecordField, record: RecordSchema): boolean {
  if (before.name === after.name) return true;
  return after.aliases.includes(before.name) && !record.fields.some(({ name }) => name === before.name);
}

interface NamedPlace {
  readonly type: NamedSchema;
  readonly path: string;
}

/** The named types in a type, through arrays, maps and unions. */
function namedIn(schema: Schema, path: string): readonly NamedPlace[] {
  switch (schema.type) {
    case "record":
    case "enum":
    case "fixed":
      return [{ type: schema, path }];
    case "array":
      return namedIn(schema.items, `${path}[]`);
    case "map":
      return namedIn(schema.values, `${path}{}`);
    case "union":
      return schema.branches.flatMap((branch) => namedIn(branch, path));
    default:
      return [];
  }
}

/** Types of one full name, then of one name, then the only one left on each side when they are of one kind. */
function pairNamed(before: readonly NamedPlace[], after: readonly NamedPlace[]): readonly [NamedPlace, NamedPlace][] {
  const pairs: [NamedPlace, NamedPlace][] = [];
  let [left, right] = [before, after];
  for (const property of ["fullName", "name"] as const) {
    for (const to of right) {
      const from = left.find(({ type }) => type[property] === to.type[property] && type.type === to.type.type);
      if (from === undefined) continue;
      pairs.push([from, to]);
      left = left.filter((place) => place !== from);
      right = right.filter((place) => place !== to);
    }
  }
  const [from, to] = [left[0], right[0]];
  const isLast = left.length === 1 && right.length === 1;
  if (isLast && from !== undefined && to !== undefined && from.type.type === to.type.type) pairs.push([from, to]);
  return pairs;
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}
