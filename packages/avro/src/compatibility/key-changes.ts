import { describeSchema, type RecordField, type Schema } from "../model/schema.ts";
import type { LogicalChange } from "./logical-change.ts";

/** Compares the fields with the partition keys of a reader's and a writer's record. */
export function keyChanges(reader: RecordField | null, writer: RecordField | null): readonly LogicalChange[] {
  if (reader === null || writer === null) return [];
  const place = { path: reader.name, reader: reader.at, writer: writer.at };
  if (reader.name !== writer.name && !reader.aliases.includes(writer.name)) {
    const message = `the key moves from "${writer.name}" to "${reader.name}": events of one entity would change their partition and lose their order`;
    return [{ kind: "KEY_MOVED", message, ...place }];
  }
  const left = whatIsLeftOut(reader.type, writer.type);
  if (left === null) return [];
  const message = `the key "${reader.name}" narrows from ${labelOf(writer.type)} to ${labelOf(reader.type)}: ${left}`;
  return [{ kind: "KEY_NARROWED", message, ...place }];
}

/** Which keys of the writer's the reader's type has no place for, or null when it takes all of them. */
function whatIsLeftOut(reader: Schema, writer: Schema): string | null {
  if (reader.type === "enum" && writer.type === "enum") {
    const known = new Set(reader.symbols);
    const missing = writer.symbols.filter((symbol) => !known.has(symbol));
    return missing.length === 0 ? null : `entities with the key ${missing.join(", ")} have no place in it`;
  }
  const [to, from] = [breadthOf(reader), breadthOf(writer)];
  return to === null || from === null || to >= from ? null : "not every key that was written has a place in it";
}

/** The types that a key can have, from few values to many: the text of each fits into those above it. */
function breadthOf({ type, logicalType }: Schema): number | null {
  if (type === "string") return logicalType?.name === "uuid" ? 2 : 3;
  if (type === "long") return 1;
  return type === "int" || type === "enum" ? 0 : null;
}

function labelOf(schema: Schema): string {
  return schema.type === "string" && schema.logicalType !== null
    ? `string as ${schema.logicalType.name}`
    : describeSchema(schema);
}
