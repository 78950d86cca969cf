import type { JsonObject, JsonValue } from "../json/json-node.ts";
import type { EnumSchema, RecordField } from "../model/schema.ts";
import type { LogicalChange } from "./logical-change.ts";

/** Compares the defaults of a field; that one is new or gone shows in compatibility, where it matters. */
export function defaultChanges(reader: RecordField, writer: RecordField, path: string): readonly LogicalChange[] {
  const [to, from] = [reader.default, writer.default];
  if (to === null || from === null || isSameJson(to.value, from.value)) return [];
  const message = `the reader's default is ${show(to.value)}, the writer's schema has ${show(from.value)}: events without the field are read differently by the two`;
  return [{ kind: "DEFAULT_CHANGED", path, message, reader: to.at, writer: from.at }];
}

/** Compares what two enums take an unknown symbol for. A default that is new harms nobody. */
export function enumDefaultChanges(reader: EnumSchema, writer: EnumSchema, path: string): readonly LogicalChange[] {
  if (writer.default === null || reader.default === writer.default) return [];
  const now =
    reader.default === null ? "cannot read an unknown symbol" : `reads an unknown symbol as ${reader.default}`;
  const message = `the reader's enum ${reader.fullName} ${now}, the writer's schema has the default ${writer.default}`;
  return [{ kind: "ENUM_DEFAULT_CHANGED", path, message, reader: reader.at, writer: writer.at }];
}

/** Whether two values are the same JSON; the order of an object's members says nothing. */
function isSameJson(one: JsonValue, other: JsonValue): boolean {
  if (one === null || other === null || typeof one !== "object" || typeof other !== "object") return one === other;
  if (isArray(one) || isArray(other)) {
    if (!isArray(one) || !isArray(other) || one.length !== other.length) return false;
    return one.every((element, index) => isSameJson(element, other[index] ?? null));
  }
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && isSameJson(one[key] ?? null, other[key] ?? null))
  );
}

/** `Array.isArray` does not tell readonly arrays from objects. */
function isArray(value: readonly JsonValue[] | JsonObject): value is readonly JsonValue[] {
  return Array.isArray(value);
}

const MAX_SHOWN = 60;

function show(value: JsonValue): string {
  const text = JSON.stringify(value, (_key, part: unknown) => (typeof part === "bigint" ? part.toString() : part));
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
