import { createHash } from "node:crypto";
import { formatProblem, type NamedSchema, normalForm, type ParsedSchema, parseSchema } from "@waybill/avro";
import { RegistryError } from "../errors.ts";
import type { RegistryReader, SchemaContent, SchemaReference, StoredSchema } from "../store/registry-store.ts";

/** A schema as a client sends it. */
export interface SchemaInput {
  readonly schema: string;
  readonly references: readonly SchemaReference[];
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly ruleSet: Readonly<Record<string, unknown>> | null;
}

/** A schema that was read, and what the store keeps of it. */
export interface ReadSchema {
  readonly parsed: ParsedSchema;
  readonly content: SchemaContent;
  readonly identity: string;
  /** What a strict reading objects to in a text that a lenient one takes; empty for a sound schema. */
  readonly objections: readonly string[];
}

/** Stored schemas do not change, so a parsed one stays good; some hundred subjects fit. */
const CACHE_SIZE = 1000;

/** Parses schemas together with the schemas that they refer to. */
export class SchemaReader {
  readonly #cache = new Map<number, ParsedSchema>();

  /**
   * Reads what a client sent.
   *
   * @throws RegistryError `INVALID_SCHEMA` when it cannot be read at all or a reference leads nowhere
   */
  async read(input: SchemaInput, store: RegistryReader): Promise<ReadSchema> {
    const references: SchemaReference[] = [];
    for (const reference of input.references) references.push(await pinned(reference, store)); // one connection: in turn
    const known = await this.#typesOf(references, store);
    const strict = parseSchema(input.schema, { known });
    const parsed = strict.ok ? strict : parseSchema(input.schema, { known, lenient: true });
    const objections = strict.ok
      ? []
      : strict.problems.filter(({ severity }) => severity === "error").map(formatProblem);
    if (!parsed.ok) throw invalidSchema(objections);
    const { metadata, ruleSet } = input;
    const content = { text: compactJson(input.schema), references, metadata, ruleSet };
    return { parsed, content, identity: identityOf(parsed, content), objections };
  }

  /** Reads a stored schema, which may have been registered under laxer rules. */
  async readStored(stored: StoredSchema, store: RegistryReader): Promise<ParsedSchema> {
    const cached = this.#cache.get(stored.id);
    if (cached !== undefined) return cached;
    const known = await this.#typesOf(stored.references, store);
    const parsed = parseSchema(stored.text, { known, lenient: true });
    if (!parsed.ok) {
      const problems = parsed.problems.map(formatProblem).join("; ");
      throw new RegistryError("INTERNAL_ERROR", `the stored schema ${stored.id} cannot be read: ${problems}`);
    }
    const oldest = this.#cache.keys().next();
    if (this.#cache.size >= CACHE_SIZE && oldest.done !== true) this.#cache.delete(oldest.value);
    this.#cache.set(stored.id, parsed);
    return parsed;
  }

  /** The named types of referenced schemas and of those that they refer to in turn. */
  async #typesOf(references: readonly SchemaReference[], store: RegistryReader): Promise<Iterable<NamedSchema>> {
    const types = new Map<string, NamedSchema>();
    const seen = new Set<number>();
    const pending = [...references];
    for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
      const { schema } = await referenced(next, store);
      if (seen.has(schema.id)) continue;
      seen.add(schema.id);
      const { named } = await this.readStored(schema, store);
      for (const [name, type] of named) types.set(name, type);
      pending.push(...schema.references);
    }
    return types.values();
  }
}

/** An error for a schema that cannot be registered. */
export function invalidSchema(problems: readonly string[]): RegistryError {
  return new RegistryError("INVALID_SCHEMA", `Invalid schema: ${problems.join("; ")}`);
}

/** The reference with the version that "latest" (-1) stands for now. */
async function pinned(reference: SchemaReference, store: RegistryReader): Promise<SchemaReference> {
  const { version } = await referenced(reference, store);
  return { ...reference, version };
}

async function referenced(
  { name, subject, version }: SchemaReference,
  store: RegistryReader,
): Promise<{ schema: StoredSchema; version: number }> {
  const versions = await store.versionsOf(subject);
  const found =
    version === -1
      ? versions.findLast(({ deleted }) => !deleted)
      : versions.find((candidate) => candidate.version === version);
  if (found !== undefined) return found;
  throw invalidSchema([
    `the reference "${name}" leads to version ${version} of subject "${subject}", which does not exist`,
  ]);
}

/**
 * One schema, one identity, however it is spelled. Parsing Canonical Form would be too coarse: it drops defaults, docs,
 * aliases and logical types, and would give the schema that has them the id of one that lacks them.
 */
function identityOf(parsed: ParsedSchema, { references, metadata, ruleSet }: SchemaContent): string {
  const beside =
    references.length === 0 && metadata === null && ruleSet === null ? null : [references, metadata, ruleSet];
  return createHash("sha256")
    .update(`${normalForm(parsed)}\n${beside === null ? "" : JSON.stringify(beside)}`)
    .digest("hex");
}

const SPACE_OUTSIDE_STRINGS = /("(?:[^"\\]|\\.)*")|[\s\ufeff]+/g;
const BARE_PRIMITIVE = /^\{"type":("(?:null|boolean|int|long|float|double|bytes|string)")\}$/;

/** Valid JSON without its whitespace; a schema that is a primitive without attributes becomes its bare name. */
function compactJson(text: string): string {
  const compact = text.replace(SPACE_OUTSIDE_STRINGS, (_, quoted: string | undefined) => quoted ?? "");
  return BARE_PRIMITIVE.exec(compact)?.[1] ?? compact;
}
