import { type JsonNode, type JsonObjectNode, parseJson } from "@waybill/avro";

/**
 * Gives the record of a schema text another full name and leaves every other character as it is. Types inside that
 * take their namespace from the record move along, and uses of the record's and their old full names follow.
 *
 * @param text a valid schema whose root is a record, without a byte order mark
 */
export function renameRecord(text: string, fullName: string): string {
  const { root } = parseJson(text);
  if (root?.kind !== "object") throw new TypeError("the text holds no record");
  const edits = new Renaming(root, fullName).edits();
  let renamed = text;
  for (const { node, value } of edits.toSorted((a, b) => b.node.at.offset - a.node.at.offset)) {
    const end = node.at.offset + tokenLength(text, node.at.offset);
    renamed = renamed.slice(0, node.at.offset) + JSON.stringify(value) + renamed.slice(end);
  }
  return renamed;
}

interface Edit {
  readonly node: JsonNode;
  readonly value: string;
}

/** A name as it was and as it will be, and where it was written in between. */
interface Place {
  readonly before: string | null;
  readonly after: string | null;
}

class Renaming {
  readonly #root: JsonObjectNode;
  readonly #fullName: string;
  /** New full names by old ones. */
  readonly #names = new Map<string, string>();
  readonly #edits: Edit[] = [];

  constructor(root: JsonObjectNode, fullName: string) {
    this.#root = root;
    this.#fullName = fullName;
  }

  edits(): readonly Edit[] {
    this.#visit(this.#root, { before: null, after: null });
    return this.#edits;
  }

  /** In the order of the text, as a type is defined before it is used. */
  #visit(node: JsonNode | undefined, namespace: Place): void {
    if (node?.kind === "string") this.#visitUse(node, node.value, namespace);
    else if (node?.kind === "array") for (const branch of node.elements) this.#visit(branch, namespace);
    else if (node?.kind === "object") this.#visitObject(node, namespace);
  }

  #visitUse(node: JsonNode, name: string, namespace: Place): void {
    const full = name.includes(".") ? name : qualified(name, namespace.before);
    const renamed = this.#names.get(full);
    if (renamed === undefined) return;
    const isShort = !name.includes(".") && qualified(name, namespace.after) === renamed;
    if (!isShort && renamed !== name) this.#edits.push({ node, value: shortened(renamed, name, namespace.after) });
  }

  #visitObject(node: JsonObjectNode, namespace: Place): void {
    const type = node.members.get("type");
    const name = node.members.get("name");
    const kind = type?.kind === "string" ? type.value : null;
    if (kind === null || !/^(record|error|enum|fixed)$/.test(kind) || name?.kind !== "string") {
      for (const key of ["type", "items", "values"]) this.#visit(node.members.get(key), namespace);
      return;
    }
    const inner =
      node === this.#root ? this.#renameRoot(node, name.value, name) : this.#move(node, name.value, namespace);
    const fields = node.members.get("fields");
    for (const field of fields?.kind === "array" ? fields.elements : []) {
      if (field.kind === "object") this.#visit(field.members.get("type"), inner);
    }
  }

  /** @returns the namespace of what the record holds */
  #renameRoot(node: JsonObjectNode, name: string, nameNode: JsonNode): Place {
    const written = node.members.get("namespace");
    const before = namespaceFor(name, written?.kind === "string" ? written.value : null);
    const after = this.#fullName.slice(0, this.#fullName.lastIndexOf("."));
    this.#names.set(name.includes(".") ? name : qualified(name, before), this.#fullName);
    const isSplit = !name.includes(".") && written !== undefined;
    this.#edits.push({ node: nameNode, value: isSplit ? lastPart(this.#fullName) : this.#fullName });
    if (isSplit) this.#edits.push({ node: written, value: after });
    return { before, after };
  }

  /** A type inside: it moves with the namespace unless it has one of its own. */
  #move(node: JsonObjectNode, name: string, outer: Place): Place {
    const written = node.members.get("namespace");
    const isOwn = name.includes(".") || written?.kind === "string";
    if (isOwn) {
      const own = namespaceFor(name, written?.kind === "string" ? written.value : null);
      // Kept, and yet a use of the short name must be spelt out once the types around it have moved.
      const kept = name.includes(".") ? name : qualified(name, own);
      this.#names.set(kept, kept);
      return { before: own, after: own };
    }
    this.#names.set(qualified(name, outer.before), qualified(name, outer.after));
    return outer;
  }
}

function shortened(renamed: string, written: string, namespace: string | null): string {
  const short = lastPart(renamed);
  return !written.includes(".") && qualified(short, namespace) === renamed ? short : renamed;
}

function namespaceFor(name: string, written: string | null): string | null {
  return name.includes(".") ? name.slice(0, name.lastIndexOf(".")) : written || null;
}

function qualified(name: string, namespace: string | null): string {
  return namespace === null ? name : `${namespace}.${name}`;
}

function lastPart(fullName: string): string {
  return fullName.slice(fullName.lastIndexOf(".") + 1);
}

/** UTF-16 code units of the JSON string that begins at an offset, with its quotes. */
function tokenLength(text: string, offset: number): number {
  const token = /"(?:[^"\\]|\\.)*"/sy;
  token.lastIndex = offset;
  return token.exec(text)?.[0].length ?? 0;
}
