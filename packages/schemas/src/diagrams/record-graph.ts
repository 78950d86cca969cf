import { type RecordSchema, type Schema } from "@waybill/avro";
import { nameText, recordsIn, typeText } from "../type-text.ts";

/** The records of an event, and which field of one holds another. */
export interface RecordGraph {
  /** The event's own record first, each after the record that holds it. */
  readonly records: readonly RecordBox[];
  readonly links: readonly RecordLink[];
  /** Records that were left out. */
  readonly omitted: number;
}

export interface RecordBox {
  readonly name: string;
  /** Records around it on the shortest way. */
  readonly depth: number;
  readonly fields: readonly { readonly name: string; readonly type: string }[];
  /** Fields that were left out. */
  readonly omitted: number;
}

/** By the places of records and fields in the graph. */
export interface RecordLink {
  readonly from: number;
  readonly field: number;
  readonly to: number;
  /** How many of them: one, one or none, or any number. */
  readonly many: "1" | "0..1" | "0..*";
}

const maxRecords = 24;
const maxFields = 14;

/** The records of an event breadth first, so that the depth of a recursive one is its least. */
export function recordGraphOf(root: RecordSchema): RecordGraph {
  const depths = new Map<RecordSchema, number>([[root, 0]]);
  for (const [record, depth] of depths) {
    for (const inner of record.fields.flatMap(({ type }) => recordsIn(type))) {
      if (!depths.has(inner)) depths.set(inner, depth + 1);
    }
  }
  const shown = [...depths].slice(0, maxRecords);
  const places = new Map(shown.map(([record], index) => [record, index]));
  const records = shown.map(([record, depth]) => boxOf(record, depth, root.namespace));
  const links = shown.flatMap(([record], from) => linksOf(record, from, places));
  return { records, links, omitted: depths.size - shown.length };
}

function linksOf(record: RecordSchema, from: number, places: ReadonlyMap<RecordSchema, number>): readonly RecordLink[] {
  return record.fields.flatMap(({ type }, index) =>
    recordsIn(type).flatMap((inner): readonly RecordLink[] => {
      const to = places.get(inner);
      if (to === undefined) return [];
      // A field that is left out stands in the last row, with the others that are.
      return [{ from, field: Math.min(index, maxFields), to, many: countIn(type) }];
    }),
  );
}

function boxOf(record: RecordSchema, depth: number, namespace: string | null): RecordBox {
  return {
    name: nameText(record, namespace),
    depth,
    fields: record.fields.slice(0, maxFields).map(({ name, type }) => ({ name, type: typeText(type, namespace, 0) })),
    omitted: Math.max(0, record.fields.length - maxFields),
  };
}

function countIn(schema: Schema): RecordLink["many"] {
  if (schema.type === "array" || schema.type === "map") return "0..*";
  if (schema.type !== "union") return "1";
  if (schema.branches.some(({ type }) => type === "array" || type === "map")) return "0..*";
  return schema.branches.length > 1 ? "0..1" : "1";
}

/** The graph in words. */
export function describeRecords({ records, links, omitted }: RecordGraph): string {
  const sentences = links.map(({ from, field, to, many }) => {
    const [holder, held] = [records[from], records[to]];
    const name = holder?.fields[field]?.name ?? "another field";
    const count = many === "1" ? "one" : many === "0..1" ? "at most one" : "any number of";
    return `${holder?.name}.${name} holds ${count} ${held?.name}.`;
  });
  return [...sentences, ...(omitted === 0 ? [] : [`${omitted} more records are left out.`])].join(" ");
}
