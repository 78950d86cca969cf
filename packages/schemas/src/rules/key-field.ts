import type { RecordField, RecordSchema, Schema } from "@waybill/avro";
import type { EventConfig } from "../config.ts";
import { type Finding, locationOf, startOf } from "../finding.ts";
import type { EventHistory, SchemaVersion } from "../schema-tree.ts";

/** The attribute that marks the field with the partition key. */
const keyAttribute = "waybill.key";

/** Types with one text for one value. Floats have several, bytes none, and null would lose the order. */
const keyTypes: readonly Schema["type"][] = ["string", "int", "long", "enum"];

/** Every version names one field that holds the partition key. */
export function checkKeyField(event: EventHistory, config: EventConfig | undefined): readonly Finding[] {
  return event.versions.flatMap((version) =>
    version.record === null ? [] : checkVersion(version, version.record, config),
  );
}

/** The field with the partition key, as far as one is named. */
export function keyFieldOf(record: RecordSchema, config: EventConfig | undefined): RecordField | null {
  const key = config?.key;
  return record.fields.find((field) => (key === undefined ? isMarked(field) : field.name === key)) ?? null;
}

function checkVersion(
  version: SchemaVersion,
  record: RecordSchema,
  config: EventConfig | undefined,
): readonly Finding[] {
  const nested = (mayMarkSeveral(version) ? nestedFields(record) : []).filter(isMarked).map((field) =>
    finding(version, field, `"${field.name}" is marked as the key, and only a field of the event's own record can be`, {
      help: `mark a field of ${record.fullName} instead`,
    }),
  );
  const falsely = record.fields
    .filter((field) => isMarked(field) && field.properties[keyAttribute] !== true)
    .map((field) =>
      finding(version, field, `"${keyAttribute}" of "${field.name}" must be true`, {
        help: "set it to true, or remove it",
      }),
    );
  return [...nested, ...falsely, ...checkChoice(version, record, config)];
}

function checkChoice(
  version: SchemaVersion,
  record: RecordSchema,
  config: EventConfig | undefined,
): readonly Finding[] {
  const marked = record.fields.filter(isMarked);
  if (config?.key !== undefined) return checkConfiguredKey(version, record, marked, config.key);
  const [field, ...others] = marked;
  if (field === undefined) {
    return [
      {
        ...startOf(version.file),
        rule: "key-field",
        severity: "error",
        message: `no field of ${record.fullName} is marked as the partition key`,
        help: `add "${keyAttribute}": true to the field that names the entity, such as its id: events of one key stay in order; for an event without order set "key": null in the config`,
      },
    ];
  }
  const repeated = others.map((other) =>
    finding(version, other, `"${other.name}" is marked as the key, and "${field.name}" already is`, {
      help: "mark the one field that names the entity whose events must stay in order",
    }),
  );
  return [...repeated, ...checkType(version, field)];
}

function checkConfiguredKey(
  version: SchemaVersion,
  record: RecordSchema,
  marked: readonly RecordField[],
  key: string | null,
): readonly Finding[] {
  const contradictions = marked
    .filter(({ name }) => name !== key)
    .map((field) =>
      finding(
        version,
        field,
        `"${field.name}" is marked as the key, and the config says ${key === null ? "none" : `"${key}"`}`,
        {
          help: "remove one of the two",
        },
      ),
    );
  if (key === null) return contradictions;
  const field = record.fields.find(({ name }) => name === key);
  if (field !== undefined) return [...contradictions, ...checkType(version, field)];
  const missing: Finding = {
    ...startOf(version.file),
    rule: "key-field",
    severity: "error",
    message: `the config names "${key}" as the key, and ${record.fullName} has no such field`,
    help: `the fields are ${record.fields.map(({ name }) => name).join(", ") || "none"}`,
  };
  return [...contradictions, missing];
}

function checkType(version: SchemaVersion, field: RecordField): readonly Finding[] {
  if (keyTypes.includes(field.type.type)) return [];
  return [
    finding(version, field, `the key "${field.name}" is of the type ${field.type.type}`, {
      help: `a key must be a string, int, long or enum, and never null`,
    }),
  ];
}

function isMarked(field: RecordField): boolean {
  return keyAttribute in field.properties;
}

/** Whether the text names the attribute twice: looking through the nested records of all versions takes its time. */
function mayMarkSeveral({ text, record }: SchemaVersion): boolean {
  const isOwn = record?.fields.some(isMarked) ?? false;
  // An escape may spell the attribute in another way.
  return !isOwn || text.includes("\\u") || text.indexOf(keyAttribute) !== text.lastIndexOf(keyAttribute);
}

/** The fields of all records inside a record, without its own. */
function nestedFields(record: RecordSchema): readonly RecordField[] {
  const seen = new Set<RecordSchema>([record]);
  const fields: RecordField[] = [];
  const queue: Schema[] = record.fields.map(({ type }) => type);
  for (let schema = queue.pop(); schema !== undefined; schema = queue.pop()) {
    if (schema.type === "record") {
      if (seen.has(schema)) continue;
      seen.add(schema);
      for (const field of schema.fields) {
        fields.push(field);
        queue.push(field.type);
      }
    } else if (schema.type === "array") queue.push(schema.items);
    else if (schema.type === "map") queue.push(schema.values);
    else if (schema.type === "union") queue.push(...schema.branches);
  }
  return fields;
}

function finding(
  version: SchemaVersion,
  field: RecordField,
  message: string,
  more: { readonly help: string },
): Finding {
  return { ...locationOf(version.file, field.at), rule: "key-field", severity: "error", message, help: more.help };
}
