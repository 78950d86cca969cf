import type { RecordSchema, Schema } from "@waybill/avro";

/** The least value of a type, where unions take the branch that ends soonest and lists are empty. */
export interface LeastValue {
  /** How many records nest in it; infinite when no value of the type can end, or only one beyond the limits. */
  readonly height: number;
  /** How many values it is made of. */
  readonly size: number;
}

/** Gives the least value of a type within the schema that was measured. */
export type LeastValueOf = (schema: Schema) => LeastValue;

/** Records that refer to one another can nest deeper than calls do, where nobody could encode the value. */
const maxHeight = 500;

/** 40 records of which each holds the one before it twice make a value of 2^40 parts. */
const maxSize = 1_000_000;

const none: LeastValue = { height: Infinity, size: Infinity };
const leaf: LeastValue = { height: 0, size: 1 };

/** Works out the least values of the records in a schema, so that samples of recursive types end. */
export function measureLeastValues(root: Schema): LeastValueOf {
  const { records, users } = recordsOf(root);
  const known = new Map<RecordSchema, LeastValue>();
  const leastOf: LeastValueOf = (schema) => {
    if (schema.type === "record") return known.get(schema) ?? none;
    if (schema.type === "enum") return schema.symbols.length === 0 ? none : leaf;
    if (schema.type !== "union") return leaf;
    return schema.branches.map(leastOf).reduce((least, next) => (next.height < least.height ? next : least), none);
  };
  // A record that has become lower may lower those that hold it. Heights only fall, so this ends.
  let pending: Iterable<RecordSchema> = records;
  for (;;) {
    const lowered = [...pending].filter((record) => {
      const value = recordValue(record.fields.map(({ type }) => leastOf(type)));
      if (value.height >= (known.get(record) ?? none).height) return false;
      known.set(record, value);
      return true;
    });
    if (lowered.length === 0) return leastOf;
    pending = new Set(lowered.flatMap((record) => users.get(record) ?? []));
  }
}

function recordValue(fields: readonly LeastValue[]): LeastValue {
  const height = fields.reduce((highest, field) => Math.max(highest, field.height), 0) + 1;
  const size = fields.reduce((sum, field) => sum + field.size, 1);
  return height > maxHeight || size > maxSize ? none : { height, size };
}

/** The records of a schema, inner ones first, and for each those that hold it. */
function recordsOf(root: Schema) {
  const records = new Set<RecordSchema>();
  const users = new Map<RecordSchema, RecordSchema[]>();
  const queue: { schema: Schema; user: RecordSchema | null }[] = [{ schema: root, user: null }];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const { schema, user } = next;
    if (schema.type === "array") queue.push({ schema: schema.items, user: null });
    else if (schema.type === "map") queue.push({ schema: schema.values, user: null });
    else if (schema.type === "union") for (const branch of schema.branches) queue.push({ schema: branch, user });
    else if (schema.type === "record") {
      if (user !== null) {
        const known = users.get(schema);
        if (known === undefined) users.set(schema, [user]);
        else known.push(user);
      }
      if (records.has(schema)) continue;
      records.add(schema);
      for (const { type } of schema.fields) queue.push({ schema: type, user: schema });
    }
  }
  return { records: [...records].toReversed(), users };
}
