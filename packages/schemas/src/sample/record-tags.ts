import { type AvroType, readRecordSchema } from "@waybill/events/codegen/model";

/** The `$type` of every record that carries one, by its full name: what the codec tells records of a union by. */
export function recordTagsOf(schemaText: string): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  const seen = new Set<AvroType>();
  const queue: AvroType[] = [readRecordSchema(schemaText)];
  for (let type = queue.pop(); type !== undefined; type = queue.pop()) {
    if (type.kind === "array") queue.push(type.items);
    else if (type.kind === "map") queue.push(type.values);
    else if (type.kind === "union") for (const branch of type.branches) queue.push(branch);
    else if (type.kind === "record" && !seen.has(type)) {
      seen.add(type);
      if (type.tag !== null) tags.set(type.fullName, type.tag);
      for (const field of type.fields) queue.push(field.type);
    }
  }
  return tags;
}
