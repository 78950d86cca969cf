import type { RecordField, RecordSchema, Schema } from "@waybill/avro";
import { branchesOf, innerOf, isElementStep, type PathStep, stepsOfPath } from "./field-path.ts";

/**
 * Tells whether paths of different versions of an event name the same field: a finding and a contract may each know a
 * renamed field by another of its names.
 */
export class FieldIdentity {
  readonly #records: readonly RecordSchema[];

  /** @param records the versions of the event */
  constructor(records: readonly RecordSchema[]) {
    this.#records = records;
  }

  /** Whether one of two paths is, or holds, or is held by the other. */
  touches(a: string, b: string): boolean {
    const [first, second] = [this.#canonical(a), this.#canonical(b)];
    const shared = Math.min(first.length, second.length);
    return first.slice(0, shared).every((step, index) => step === second[index]);
  }

  /** Whether a path is the other, or holds it. */
  holds(a: string, b: string): boolean {
    return this.#canonical(a).length <= this.#canonical(b).length && this.touches(a, b);
  }

  /** The path with one of its names, always the same, for each field that has several by aliases. */
  #canonical(path: string): readonly PathStep[] {
    let types: readonly Schema[] = this.#records;
    return stepsOfPath(path).map((step) => {
      if (isElementStep(step)) {
        types = types.flatMap((type) => innerOf(type, step)).flatMap(branchesOf);
        return step;
      }
      const fields = fieldsNamed(types, step);
      types = fields.flatMap((field) => branchesOf(field.type));
      return fields.flatMap(namesOf).toSorted()[0] ?? step;
    });
  }
}

/** The fields of this name, and those that share a name or alias with one of them, and so on. */
function fieldsNamed(types: readonly Schema[], name: string): readonly RecordField[] {
  const fields = types.flatMap((type) => (type.type === "record" ? type.fields : []));
  const names = new Set([name]);
  const found = new Set<RecordField>();
  for (let count = -1; count !== found.size; ) {
    count = found.size;
    for (const field of fields) {
      if (found.has(field) || !namesOf(field).some((known) => names.has(known))) continue;
      found.add(field);
      for (const known of namesOf(field)) names.add(known);
    }
  }
  return [...found];
}

function namesOf({ name, aliases }: RecordField): readonly string[] {
  return [name, ...aliases];
}
