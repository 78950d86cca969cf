import type { NamedSchema, RecordSchema, Schema } from "../model/schema.ts";

/** The records that have no value, as each of their values would have to hold another without end. */
export function endlessRecords(defined: Iterable<NamedSchema>): readonly RecordSchema[] {
  const records = [...defined].filter((schema) => schema.type === "record");
  const open = new Set<Schema>(records);
  const users = usersOf(records);
  // A record that is found to end may let those end that hold it.
  const pending = [...records];
  for (let record = pending.pop(); record !== undefined; record = pending.pop()) {
    if (!open.has(record) || !record.fields.every(({ type }) => canEnd(type, open))) continue;
    open.delete(record);
    for (const user of users.get(record) ?? []) pending.push(user);
  }
  return records.filter((record) => open.has(record));
}

function canEnd(schema: Schema, open: ReadonlySet<Schema>): boolean {
  if (schema.type !== "union") return !open.has(schema);
  return schema.branches.length === 0 || schema.branches.some((branch) => !open.has(branch));
}

/** For each record, those that hold it as a field or as a branch of one; arrays and maps can be empty. */
function usersOf(records: readonly RecordSchema[]): ReadonlyMap<Schema, readonly RecordSchema[]> {
  const users = new Map<Schema, RecordSchema[]>();
  for (const record of records) {
    for (const { type } of record.fields) {
      for (const part of type.type === "union" ? type.branches : [type]) {
        if (part.type !== "record") continue;
        const known = users.get(part);
        if (known === undefined) users.set(part, [record]);
        else known.push(record);
      }
    }
  }
  return users;
}
