import { typesFolder } from "../event-name.ts";
import { SchemasError } from "../errors.ts";
import type { SchemaLock } from "../lock-file.ts";
import type { NewVersion } from "../next-version.ts";
import { renameRecord } from "../rename-record.ts";
import type { SharedType } from "./shared-type.ts";
import { findType, type TypeReference } from "./type-reference.ts";
import { lastPartOf, typeFileOf, typeFullNameFor, typeKeyOf } from "./type-name.ts";

/**
 * The next version of a shared type as a copy of its last, or the first.
 *
 * @param breaking whether it gets a name of its own, so that both versions can be part of one schema
 * @throws SchemasError `usage`, `schema-invalid`
 */
export function planNewType(
  types: readonly SharedType[],
  lock: SchemaLock,
  { name, version }: TypeReference,
  breaking: boolean,
): NewVersion {
  if (version !== null) {
    throw new SchemasError("usage", `The version is not yours to choose: it is the next. Give ${typeKeyOf(name)}.`);
  }
  const locked = lock.get(typeKeyOf(name));
  const last = types.findLast((type) => type.name === name);
  const next = Math.max(last?.version ?? 0, ...(locked?.keys() ?? [])) + 1;
  if (last === undefined) return firstType(name, next, breaking);
  const { schema } = findType(types, { name, version: last.version });
  const recordName = breaking ? typeFullNameFor(name, next) : schema.fullName;
  const text = new TextDecoder().decode(last.content);
  return {
    version: next,
    file: typeFileOf(name, next),
    text: breaking ? renameRecord(text, recordName) : text,
    copyOf: last.file,
    recordName,
    unreleased: locked?.has(last.version) === true ? null : last.version,
  };
}

function firstType(name: string, version: number, breaking: boolean): NewVersion {
  if (breaking || version > 1) {
    const why = breaking ? "does not exist, so there is nothing to break with" : "was released, and its files are gone";
    throw new SchemasError("usage", `${typeKeyOf(name)} ${why}. "schemas list" shows the types that there are.`);
  }
  const recordName = typeFullNameFor(name, 1);
  const text = `{
  "type": "record",
  "name": "${lastPartOf(recordName)}",
  "namespace": "${typesFolder}",
  "doc": "What it is.",
  "fields": [
    {
      "name": "value",
      "type": "string",
      "doc": "What it holds."
    }
  ]
}
`;
  return { version, file: typeFileOf(name, version), text, copyOf: null, recordName, unreleased: null };
}
