import { isNamed, type NamedSchema, parseJson, type ParseResult } from "@waybill/avro";
import { typesFolder } from "../event-name.ts";
import { type Finding, type Location, locationOf, startOf } from "../finding.ts";
import type { TreeFile } from "../tree-files.ts";
import { lastPartOf, typeFullNameFor, type TypePlace } from "./type-name.ts";

/** The type that a file is there for, if it is one and has the name that the path gives. */
export function ownTypeOf(
  file: TreeFile,
  place: TypePlace,
  result: ParseResult,
): { readonly schema: NamedSchema | null; readonly findings: readonly Finding[] } {
  if (!result.ok) return { schema: null, findings: [] };
  const { schema } = result;
  // Its own: a file that holds nothing but the name of another type defines none.
  if (!isNamed(schema) || schema.at.file !== file.path) return { schema: null, findings: [notNamed(file, place)] };
  // A version keeps the name of the one before it, which may have begun with any number up to its own.
  const allowed = Array.from({ length: place.version }, (_, index) => typeFullNameFor(place.name, index + 1));
  if (allowed.includes(schema.fullName)) return { schema, findings: [] };
  return { schema: null, findings: [wrongName(file, schema.fullName, allowed)] };
}

function notNamed(file: TreeFile, { name }: TypePlace): Finding {
  const example = `{ "type": "record", "name": "${lastPartOf(typeFullNameFor(name, 1))}", "namespace": "${typesFolder}", … }`;
  return {
    ...startOf(file.path),
    rule: "type-name",
    severity: "error",
    message: "a shared type must be a record, an enum or a fixed: only those have a name to be used by",
    help: `write ${example}`,
  };
}

function wrongName(file: TreeFile, fullName: string, allowed: readonly string[]): Finding {
  const [first = "", ...later] = allowed;
  const fresh = later.at(-1);
  const other =
    fresh === undefined ? "" : `, or to "${lastPartOf(fresh)}" for a type apart from that of the versions before`;
  return {
    ...nameLocation(file),
    rule: "type-name",
    severity: "error",
    message: `the type is named "${fullName}", and its path makes it "${first}"`,
    help: `set "namespace" to "${typesFolder}" and "name" to "${lastPartOf(first)}"${other}`,
  };
}

/** Where a file gives its type its name. */
export function nameLocation({ path, content }: TreeFile): Location {
  const { root } = parseJson(content);
  const name = root?.kind === "object" ? root.members.get("name") : undefined;
  return name === undefined ? startOf(path) : locationOf(path, name.at);
}
