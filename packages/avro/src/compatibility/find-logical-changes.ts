import { isNamed, type RecordField, type RecordSchema, type Schema, type UnionSchema } from "../model/schema.ts";
import { defaultChanges, enumDefaultChanges } from "./default-changes.ts";
import { joinPath } from "./incompatibility.ts";
import { keyChanges } from "./key-changes.ts";
import type { LogicalChange } from "./logical-change.ts";
import { logicalTypeChanges } from "./logical-type-changes.ts";
import { PairMap } from "./pair-map.ts";
import { namesMatch, sourcesOf, verdictByType } from "./requirements.ts";

export interface LogicalChangeOptions {
  /** The field of an event's record that holds the partition key, or null. Default: keys are not compared. */
  readonly keyOf?: (record: RecordSchema) => RecordField | null;
}

/**
 * What a reader takes otherwise than the writer meant it, beyond what `checkCompatibility` finds: logical types,
 * defaults and the partition key. Each pair of schema nodes is looked at once, under the first path that leads to it;
 * pairs that cannot be read at all are passed over.
 */
export function findLogicalChanges(
  reader: Schema,
  writer: Schema,
  options: LogicalChangeOptions = {},
): readonly LogicalChange[] {
  const { keyOf } = options;
  const found: LogicalChange[] = [];
  if (keyOf !== undefined && reader.type === "record" && writer.type === "record") {
    found.push(...keyChanges(keyOf(reader), keyOf(writer)));
  }
  const visited = new PairMap<true>();
  // A stack of our own, as types can refer to one another deeper than calls can nest.
  const pending: Pair[] = [{ reader, writer, path: "" }];
  for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
    if (visited.get(pair.reader, pair.writer)) continue;
    visited.set(pair.reader, pair.writer, true);
    found.push(...changesOf(pair));
    pending.push(...partsOf(pair).toReversed());
  }
  return found;
}

interface Pair {
  readonly reader: Schema;
  readonly writer: Schema;
  readonly path: string;
}

function changesOf({ reader, writer, path }: Pair): readonly LogicalChange[] {
  if (reader.type === "union" || writer.type === "union") return [];
  if (reader.type === "record" && writer.type === "record") {
    return fieldPairs(reader, writer).flatMap(([field, source]) =>
      defaultChanges(field, source, joinPath(path, `.${field.name}`)),
    );
  }
  const changes = verdictByType(reader, writer) === false ? [] : logicalTypeChanges(reader, writer, path);
  if (reader.type !== "enum" || writer.type !== "enum") return changes;
  return [...changes, ...enumDefaultChanges(reader, writer, path)];
}

function partsOf({ reader, writer, path }: Pair): readonly Pair[] {
  if (writer.type === "union") return writer.branches.map((branch) => ({ reader, writer: branch, path }));
  if (reader.type === "union") {
    const branch = branchFor(reader, writer);
    return branch === undefined ? [] : [{ reader: branch, writer, path }];
  }
  if (reader.type === "record" && writer.type === "record") {
    return fieldPairs(reader, writer).map(([field, source]) => ({
      reader: field.type,
      writer: source.type,
      path: joinPath(path, `.${field.name}`),
    }));
  }
  if (reader.type === "array" && writer.type === "array") {
    return [{ reader: reader.items, writer: writer.items, path: joinPath(path, "[]") }];
  }
  if (reader.type === "map" && writer.type === "map") {
    return [{ reader: reader.values, writer: writer.values, path: joinPath(path, "{}") }];
  }
  return [];
}

/** The branch that reads the writer's data: the very type first, then one of its name, then one that promotes it. */
function branchFor({ branches }: UnionSchema, writer: Schema): Schema | undefined {
  const alike = branches.filter(({ type }) => type === writer.type);
  if (!isNamed(writer)) return alike[0] ?? branches.find((branch) => verdictByType(branch, writer) === true);
  const named = alike.filter(isNamed);
  return (
    named.find(({ fullName }) => fullName === writer.fullName) ?? named.find((branch) => namesMatch(branch, writer))
  );
}

/** The reader's fields with those of the writer that they are read from. */
function fieldPairs(reader: RecordSchema, writer: RecordSchema): readonly (readonly [RecordField, RecordField])[] {
  const byName = new Map(writer.fields.map((field) => [field.name, field]));
  return reader.fields.flatMap((field) => {
    const [source, ...others] = sourcesOf(field, byName);
    return source === undefined || others.length > 0 ? [] : [[field, source] as const];
  });
}
