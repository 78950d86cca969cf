import type { RecordSchema, Schema } from "@waybill/avro";

/** How many records must at least nest in a value of a type; infinite when no value of it can end. */
export type Height = (schema: Schema) => number;

/** Works out the heights of the records in a schema, so that samples of recursive types end. */
export function measureHeights(root: Schema): Height {
  const records = recordsOf(root);
  const heights = new Map<RecordSchema, number>([...records].map((record) => [record, Infinity]));
  const heightOf: Height = (schema) => {
    if (schema.type === "record") return heights.get(schema) ?? Infinity;
    if (schema.type === "enum") return schema.symbols.length === 0 ? Infinity : 0;
    return schema.type === "union" ? Math.min(...schema.branches.map(heightOf)) : 0;
  };
  // Each round settles at least one record, or none is left that can be.
  for (let changed = true; changed; ) {
    changed = false;
    for (const record of records) {
      const height = 1 + Math.max(0, ...record.fields.map(({ type }) => heightOf(type)));
      if (height >= (heights.get(record) ?? Infinity)) continue;
      heights.set(record, height);
      changed = true;
    }
  }
  return heightOf;
}

function recordsOf(root: Schema): ReadonlySet<RecordSchema> {
  const records = new Set<RecordSchema>();
  const queue: Schema[] = [root];
  for (let schema = queue.pop(); schema !== undefined; schema = queue.pop()) {
    if (schema.type === "array") queue.push(schema.items);
    else if (schema.type === "map") queue.push(schema.values);
    else if (schema.type === "union") queue.push(...schema.branches);
    else if (schema.type === "record" && !records.has(schema)) {
      records.add(schema);
      queue.push(...schema.fields.map(({ type }) => type));
    }
  }
  return records;
}
