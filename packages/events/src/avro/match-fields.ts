import { compileDefault, type MakeDefault } from "./default-value.ts";
import type { Field, RecordType } from "./schema-type.ts";
import { unresolvable } from "./unresolvable.ts";

/** Which of the reader's fields each of the writer's fields becomes: by name, or else by the reader's aliases. */
export function matchFields(writer: RecordType, reader: RecordType, path: string): Map<Field, Field> {
  const matches = new Map<Field, Field>();
  const byName = new Map(writer.fields.map((field) => [field.name, field]));
  const unmatched: Field[] = [];
  for (const field of reader.fields) {
    const source = byName.get(field.name);
    if (source === undefined) unmatched.push(field);
    else matches.set(source, field);
  }
  for (const field of unmatched) {
    const sources = field.aliases.flatMap((alias) => byName.get(alias) ?? []).filter((source) => !matches.has(source));
    if (sources.length > 1) {
      throw unresolvable(path, `aliases of field ${field.name} name ${sources.length} fields of the writer`);
    }
    if (sources[0] !== undefined) matches.set(sources[0], field);
  }
  return matches;
}

/** Makes a field that the writer's record lacks. @throws DecodeError when it has no default */
export function defaultOf(field: Field, record: RecordType, path: string): MakeDefault {
  const where = `field ${field.name} of ${record.fullName} is not in the writer's schema`;
  if (field.default === undefined) throw unresolvable(path, `${where} and has no default`);
  const make = compileDefault(field.type, field.default);
  if (make === null) throw unresolvable(path, `${where}, and its default does not fit its type`);
  return make;
}
