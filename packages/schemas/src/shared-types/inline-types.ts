import type { JsonNode, JsonObjectNode, NamedSchema, TypeReference } from "@waybill/avro";

/** The text of a schema file, as far as making it self-contained needs it. */
export interface SchemaText {
  /** Without a byte order mark, so that positions count as the parser counts. */
  readonly text: string;
  /** The list of imports, which is no part of the schema, and the object that holds it. */
  readonly imports: { readonly owner: JsonObjectNode; readonly node: JsonNode } | null;
  /** Where the text uses types of other files, in its order. */
  readonly references: readonly TypeReference[];
}

/** A part of a text and what stands there instead. */
interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * A text that needs no other: each imported type is defined where it is used first, as Avro asks, and the list of
 * imports is gone. Everything else stays as written; a definition has its full name, so that it means the same
 * wherever it stands.
 *
 * @param sourceOf the text of the file that defines a type
 */
export function inlineTypes(source: SchemaText, sourceOf: (schema: NamedSchema) => SchemaText | undefined): string {
  const defined = new Set<NamedSchema>();
  function inline({ text, imports, references }: SchemaText): string {
    const replacements: Replacement[] = imports === null ? [] : [removalOf(text, imports)];
    for (const { schema, at, end } of references) {
      const definition = sourceOf(schema);
      if (defined.has(schema) || definition === undefined) continue;
      defined.add(schema);
      replacements.push({ start: at.offset, end, text: inline(definition) });
    }
    return replace(text, replacements);
  }
  return inline(source);
}

/** The member with the comma that sets it apart. */
function removalOf(text: string, { owner, node }: NonNullable<SchemaText["imports"]>): Replacement {
  const members = [...owner.members.values()];
  const before = members[members.indexOf(node) - 1];
  if (before !== undefined) return { start: before.end, end: node.end, text: "" };
  const comma = /^\s*,/.exec(text.slice(node.end))?.[0].length ?? 0;
  return { start: owner.at.offset + 1, end: node.end + comma, text: "" };
}

function replace(text: string, replacements: readonly Replacement[]): string {
  let result = "";
  let end = 0;
  for (const replacement of replacements.toSorted((a, b) => a.start - b.start)) {
    result += text.slice(end, replacement.start) + replacement.text;
    ({ end } = replacement);
  }
  return result + text.slice(end);
}

/** How deep a JSON text nests. Character by character: a regular expression takes ten times as long. */
export function nestingOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let isInString = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (isInString) {
      if (character === "\\") index += 1;
      else if (character === '"') isInString = false;
    } else if (character === '"') isInString = true;
    else if (character === "{" || character === "[") deepest = Math.max(deepest, (depth += 1));
    else if (character === "}" || character === "]") depth -= 1;
  }
  return deepest;
}
