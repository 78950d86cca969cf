import {
  isNamed,
  isPrimitiveType,
  type RecordField,
  type RecordSchema,
  type Schema,
  type UnionSchema,
} from "../model/schema.ts";
import { defaultChanges, enumDefaultChanges } from "./default-changes.ts";
import { joinPath } from "./incompatibility.ts";
import { keyChanges } from "./key-changes.ts";
import type { LogicalChange } from "./logical-change.ts";
import { logicalTypeChanges } from "./logical-type-changes.ts";
import { PairMap } from "./pair-map.ts";
import { alignedSource, fieldsByName, namesMatch, sourcesOf, verdictByType } from "./requirements.ts";

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
  const walk = new LogicalWalk();
  if (keyOf !== undefined && reader.type === "record" && writer.type === "record") {
    walk.add(keyChanges(keyOf(reader), keyOf(writer)));
  }
  return walk.run({ reader, writer, path: "" });
}

interface Pair {
  readonly reader: Schema;
  readonly writer: Schema;
  readonly path: string;
}

/** Works from a stack of its own, as types can refer to one another deeper than calls can nest. */
class LogicalWalk {
  readonly #found: LogicalChange[] = [];
  readonly #visited = new PairMap<true>();
  readonly #pending: Pair[] = [];

  add(changes: readonly LogicalChange[]): void {
    for (const change of changes) this.#found.push(change);
  }

  run(root: Pair): readonly LogicalChange[] {
    const stack = [root];
    for (let pair = stack.pop(); pair !== undefined; pair = stack.pop()) {
      this.#visit(pair);
      // Each part's own parts come before the part behind it.
      for (let part = this.#pending.pop(); part !== undefined; part = this.#pending.pop()) stack.push(part);
    }
    return this.#found;
  }

  #visit({ reader, writer, path }: Pair): void {
    if (isNamed(reader) && isNamed(writer)) {
      if (this.#visited.get(reader, writer)) return;
      this.#visited.set(reader, writer, true);
    }
    if (writer.type === "union") for (const branch of writer.branches) this.#enter(reader, branch, path);
    else if (reader.type === "union") this.#enter(branchFor(reader, writer), writer, path);
    else if (reader.type === "record" && writer.type === "record") this.#visitFields(reader, writer, path);
    else if (reader.type === "array" && writer.type === "array") this.#enter(reader.items, writer.items, `${path}[]`);
    else if (reader.type === "map" && writer.type === "map") this.#enter(reader.values, writer.values, `${path}{}`);
    else this.add(leafChanges(reader, writer, path));
  }

  #visitFields(reader: RecordSchema, writer: RecordSchema, path: string): void {
    let byName: ReadonlyMap<string, RecordField> | null = null;
    for (const [index, field] of reader.fields.entries()) {
      let source = alignedSource(field, writer, index);
      if (source === undefined) {
        byName ??= fieldsByName(writer);
        const sources = sourcesOf(field, byName);
        [source] = sources;
        if (source === undefined || sources.length > 1) continue;
      }
      const hasDefaults = field.default !== null && source.default !== null;
      if (!hasDefaults && isPlain(field.type) && isPlain(source.type)) continue;
      const fieldPath = joinPath(path, `.${field.name}`);
      if (hasDefaults) this.add(defaultChanges(field, source, fieldPath));
      this.#enter(field.type, source.type, fieldPath);
    }
  }

  #enter(reader: Schema | undefined, writer: Schema, path: string): void {
    if (reader === undefined || (isPlain(reader) && isPlain(writer))) return;
    this.#pending.push({ reader, writer, path });
  }
}

/** Whether two such types have nothing to compare. Most are: without this the walk takes three times as long. */
function isPlain(schema: Schema): boolean {
  if (schema.logicalType !== null) return false;
  return isPrimitiveType(schema.type) || (schema.type === "union" && schema.branches.every(isPlain));
}

function leafChanges(reader: Schema, writer: Schema, path: string): readonly LogicalChange[] {
  if (verdictByType(reader, writer) === false) return [];
  const changes = logicalTypeChanges(reader, writer, path);
  if (reader.type !== "enum" || writer.type !== "enum") return changes;
  return [...changes, ...enumDefaultChanges(reader, writer, path)];
}

/** The branch that reads the writer's data: the very type first, then one of its name, then one that promotes it. */
function branchFor({ branches }: UnionSchema, writer: Schema): Schema | undefined {
  if (!isNamed(writer)) {
    const alike = branches.find(({ type }) => type === writer.type);
    return alike ?? branches.find((branch) => verdictByType(branch, writer) === true);
  }
  const named = branches.filter((branch) => branch.type === writer.type).filter(isNamed);
  return (
    named.find(({ fullName }) => fullName === writer.fullName) ?? named.find((branch) => namesMatch(branch, writer))
  );
}
