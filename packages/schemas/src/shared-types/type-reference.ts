import type { NamedSchema } from "@waybill/avro";
import { SchemasError } from "../errors.ts";
import type { SharedType } from "./shared-type.ts";
import { parseTypePath, type TypePlace, typeFileOf, typeKeyOf } from "./type-name.ts";

/** A shared type as it is named on the command line: `types/money`, `types/money@1` or `types/money/v1.avsc`. */
export interface TypeReference {
  readonly name: string;
  /** Null for the newest. */
  readonly version: number | null;
}

/** A type whose file holds what its path says. */
export type ReadableType = SharedType & { readonly schema: NamedSchema };

/** Reads the name of a shared type; null when the text is none. A path may begin with that of the tree. */
export function parseTypeReference(text: string): TypeReference | null {
  const [, key = "", version] = /^(?:.*[\\/])?(types[\\/][^\\/@]+)(?:@v?([1-9][0-9]{0,8}))?$/.exec(text) ?? [];
  if (key !== "") {
    const place = parseTypePath(`${key.replace("\\", "/")}/v${version ?? 1}.avsc`);
    return place === null ? null : { name: place.name, version: version === undefined ? null : place.version };
  }
  return placeIn(text);
}

function placeIn(text: string): TypePlace | null {
  const [path = ""] = /types[\\/][^\\/]+[\\/][^\\/]+$/.exec(text) ?? [];
  return parseTypePath(path.replaceAll("\\", "/"));
}

/**
 * The version that is named, else the newest.
 *
 * @throws SchemasError `event-not-found`, `schema-invalid`
 */
export function findType(types: readonly SharedType[], { name, version }: TypeReference): ReadableType {
  const versions = types.filter((type) => type.name === name);
  const found = version === null ? versions.at(-1) : versions.find((type) => type.version === version);
  if (found === undefined) {
    const has = versions.length === 0 ? "" : ` It has ${versions.map(({ file }) => file).join(", ")}.`;
    const what = version === null ? `shared type ${typeKeyOf(name)}` : `file ${typeFileOf(name, version)}`;
    throw new SchemasError(
      "event-not-found",
      `The tree has no ${what}.${has || ' "schemas list" shows those it has.'}`,
    );
  }
  const { schema } = found;
  if (schema !== null) return { ...found, schema };
  throw new SchemasError(
    "schema-invalid",
    `${found.file} holds no valid shared type. Run "schemas check", which tells what is wrong and where.`,
  );
}
