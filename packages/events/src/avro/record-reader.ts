import type { AvroInput } from "./avro-input.ts";
import type { RecordCode } from "./record-code.ts";
import type { Field, RecordType } from "./schema-type.ts";
import { putOwn } from "./value-tests.ts";

/** Reads one value. */
export type Read = (input: AvroInput) => unknown;

/** A field of the writer, or a default behind the last of them. */
export interface Step {
  /** The reader's field that it becomes; null for one that is skipped. */
  readonly target: Field | null;
  /** Whether it is written as the reader's schema would write it. */
  readonly isSame: boolean;
  readonly read: Read;
}

/** A record by generated code, which stores its fields by names that V8 has known since the code was loaded. */
export function readByCode({ fields }: RecordType, steps: readonly Step[], { resolve }: RecordCode): Read {
  const placed = steps.map(({ target, isSame, read }) => ({
    place: target === null ? -1 : fields.indexOf(target),
    read: isSame ? null : read,
  }));
  return (input) => resolve(input, placed);
}

/** A record whose fields are stored by names that V8 learns only then: a third of what decoding costs. */
export function readByName({ fields, tag }: RecordType, steps: readonly Step[]): Read {
  // All records of a type have the reader's fields in the reader's order, and so share one shape. Where the writer's
  // order is another, each is a copy of one that has them all already. V8 copies slowly where more than four shapes
  // have passed, by a fifth of decoding with 50 event types: so only there.
  const order = steps.flatMap(({ target }) => target ?? []);
  const isInOrder = fields.every((field, i) => field === order[i] && field.name !== "__proto__");
  const template = startRecord(tag);
  if (!isInOrder) for (const { name } of fields) putOwn(template, name, null);
  const named = steps.map(({ target, read }) => ({ name: target?.name ?? null, read }));
  return (input) => {
    const record: Record<string, unknown> = isInOrder ? startRecord(tag) : { ...template };
    for (const { name, read } of named) {
      const value = read(input);
      // An own `__proto__` that is there already is assigned like any other property.
      if (name !== null) record[name] = value;
    }
    return record;
  };
}

function startRecord(tag: string | null): Record<string, unknown> {
  return tag === null ? {} : { $type: tag };
}
