import type { RecordSchema, Schema } from "@waybill/avro";
import { isRecordVersion } from "../event-reference.ts";
import { keyFieldOf } from "../rules/key-field.ts";
import type { EventHistory, SchemaTree } from "../schema-tree.ts";
import { typeText } from "../type-text.ts";
import { EventReaders } from "./event-readers.ts";

/** A field that no contract lists. */
export interface UnreadField {
  /** Such as `lines[].price`; what it holds is unread too and not listed. */
  readonly field: string;
  /** On one line, without the symbols of enums. */
  readonly type: string;
  /** Whether it holds the partition key, which keeps events in order though no code reads it. */
  readonly key: boolean;
}

/** What nobody reads of the newest version of an event. */
export interface UnreadFields {
  readonly event: string;
  readonly version: number;
  /** How many services read the event; with none, every field is unread and none is listed. */
  readonly services: number;
  readonly unread: readonly UnreadField[];
}

/** The fields of each event that no service reads, by the contracts. Events without a valid version are left out. */
export function findUnreadFields(tree: SchemaTree): readonly UnreadFields[] {
  return tree.events.flatMap((event) => {
    const newest = event.versions.findLast(isRecordVersion);
    if (newest === undefined) return [];
    const readers = new EventReaders(event.name.type, event, tree);
    const unread = readers.all.length === 0 ? [] : unreadIn(newest.record, readers, keyOf(newest.record, event, tree));
    return [{ event: event.name.type, version: newest.version, services: readers.all.length, unread }];
  });
}

function keyOf(record: RecordSchema, event: EventHistory, { config }: SchemaTree): string | null {
  return keyFieldOf(record, config.events.get(event.name.type))?.name ?? null;
}

function unreadIn(root: RecordSchema, readers: EventReaders, key: string | null): readonly UnreadField[] {
  // Goes no deeper than the contracts' own paths do, so that recursive types end.
  function below(type: Schema, path: string): readonly UnreadField[] {
    if (readers.all.some((reader) => readers.readsWhole(reader, path))) return [];
    if (type.type === "union") return type.branches.flatMap((branch) => below(branch, path));
    if (type.type === "array") return below(type.items, `${path}[]`);
    if (type.type === "map") return below(type.values, `${path}{}`);
    return type.type === "record" ? fieldsOf(type, path) : [];
  }
  function fieldsOf(record: RecordSchema, path: string): readonly UnreadField[] {
    return record.fields.flatMap((field): readonly UnreadField[] => {
      const inner = path === "" ? field.name : `${path}.${field.name}`;
      if (!readers.isUnread(inner)) return below(field.type, inner);
      return [
        { field: inner, type: typeText(field.type, root.namespace).replace(/ \{[^{}]*\}/g, ""), key: inner === key },
      ];
    });
  }
  return readers.all.some(({ use }) => use.fields === null) ? [] : fieldsOf(root, "");
}
