import { isPrimitiveType, type NamedSchema } from "../model/schema.ts";
import type { JsonNode } from "../json/json-node.ts";
import type { SourcePosition } from "../source-position.ts";
import type { Attributes } from "./attributes.ts";
import type { ProblemList } from "./problems.ts";

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** The name of a type, resolved. */
export interface ResolvedName {
  readonly name: string;
  readonly namespace: string | null;
  readonly fullName: string;
}

/** A use of a type that another text defines. */
export interface TypeReference {
  readonly schema: NamedSchema;
  /** The name, or the object that has it as its `type`. */
  readonly at: SourcePosition;
  /** The offset just after it. */
  readonly end: number;
}

/** Joins a name and the namespace that it stands in; a dot in the name makes it a full name already. */
function resolveName(name: string, namespace: string | null): ResolvedName {
  const dot = name.lastIndexOf(".");
  const space = dot < 0 ? namespace : name.slice(0, dot);
  const last = name.slice(dot + 1);
  return space === null || space === ""
    ? { name: last, namespace: null, fullName: last }
    : { name: last, namespace: space, fullName: `${space}.${last}` };
}

/** Whether a text is a name of one part: a letter or underscore, then letters, digits and underscores. */
export function isValidName(name: string): boolean {
  return NAME.test(name);
}

/** The named types known at some point of a text, and the rules on names. */
export class NameTable {
  readonly #problems: ProblemList;
  readonly #known: Map<string, NamedSchema>;
  readonly #defined = new Map<string, NamedSchema>();
  readonly #references: TypeReference[] = [];

  constructor(known: Iterable<NamedSchema>, problems: ProblemList) {
    this.#problems = problems;
    this.#known = new Map([...known].map((schema) => [schema.fullName, schema]));
  }

  /** The types that this text defines, by full name, in the order of the text. */
  get defined(): ReadonlyMap<string, NamedSchema> {
    return this.#defined;
  }

  /** The uses of types that this text does not define, in the order of the text. */
  get references(): readonly TypeReference[] {
    return this.#references;
  }

  /** The `name` and `namespace` of a definition, or null and a problem. */
  declaredName(attributes: Attributes, enclosing: string | null): ResolvedName | null {
    const text = attributes.required("name") === null ? null : attributes.optionalText("name");
    const namespace = attributes.overlookedText("namespace");
    if (text === null) return null;
    const resolved = resolveName(text, namespace ?? enclosing);
    const at = attributes.get("name")?.at ?? attributes.object.at;
    this.checkName(resolved.name, "name", at);
    this.#checkNamespace(resolved, at);
    if (isPrimitiveType(resolved.name)) {
      const message = `"${resolved.name}" is the name of a primitive type; choose another`;
      if (resolved.namespace === null) this.#problems.add("reserved-name", message, at);
      else this.#problems.add("primitive-name", `${message}, as the specification allows it in no namespace`, at);
    }
    return resolved;
  }

  /** The aliases of a definition as full names. */
  declaredAliases(attributes: Attributes, owner: ResolvedName): readonly string[] {
    const aliases = attributes.optionalTexts("aliases").map(({ text, node }) => {
      const alias = resolveName(text, owner.namespace);
      this.checkName(alias.name, "alias", node.at);
      this.#checkNamespace(alias, node.at);
      if (alias.fullName === owner.fullName) {
        this.#problems.add("ambiguous-alias", `the alias "${text}" is the name of the type itself`, node.at);
      }
      return alias.fullName;
    });
    return [...new Set(aliases)];
  }

  /** Makes a definition known to what follows it in the text, itself included. */
  define(schema: NamedSchema): void {
    const first = this.#known.get(schema.fullName);
    if (first !== undefined) {
      const message = `the type ${schema.fullName} is already defined at ${first.at.toString()}; refer to it by its name instead`;
      this.#problems.add("duplicate-name", message, schema.at);
      return;
    }
    this.#known.set(schema.fullName, schema);
    this.#defined.set(schema.fullName, schema);
  }

  /** Reports aliases that are the name of another type of the text, or an alias of one. */
  checkAliases(): void {
    const owners = new Map<string, NamedSchema>();
    for (const schema of this.#defined.values()) {
      for (const alias of schema.aliases) {
        const other = this.#defined.get(alias) ?? owners.get(alias);
        if (other === undefined) owners.set(alias, schema);
        else if (other !== schema) {
          const message = `the alias "${alias}" of ${schema.fullName} also belongs to ${other.fullName}`;
          this.#problems.add("ambiguous-alias", message, schema.at);
        }
      }
    }
  }

  /** Whether a name stands for a type that is defined at this point. */
  knows(text: string, namespace: string | null): boolean {
    return this.#known.has(resolveName(text, namespace).fullName) || this.#known.has(text);
  }

  /**
   * The type that a name stands for, or null and a problem.
   *
   * @param node where the name is written
   * @param whole what is a use of the type as a whole: the name, or the object around it
   */
  resolve(text: string, namespace: string | null, node: JsonNode, whole: JsonNode = node): NamedSchema | null {
    const schema = this.#find(text, namespace, node.at);
    if (schema !== null && this.#defined.get(schema.fullName) !== schema) {
      this.#references.push({ schema, at: whole.at, end: whole.end });
    }
    return schema;
  }

  #find(text: string, namespace: string | null, at: SourcePosition): NamedSchema | null {
    const { fullName } = resolveName(text, namespace);
    const schema = this.#known.get(fullName);
    if (schema !== undefined) return schema;
    const global = this.#known.get(text);
    if (global !== undefined) {
      const message = `"${text}" is found only outside every namespace, not as ${fullName}; Avro for Java resolves that, others do not`;
      this.#problems.add("null-namespace-reference", message, at);
      return global;
    }
    this.#problems.add("unknown-type", `unknown type "${text}"${this.#hint(text, fullName)}`, at, fullName);
    return null;
  }

  checkName(name: string, what: string, at: SourcePosition): void {
    if (isValidName(name)) return;
    const rule = "a letter or underscore, then letters, digits and underscores";
    this.#problems.add("invalid-name", `the ${what} "${name}" is invalid: Avro takes ${rule}`, at);
  }

  #checkNamespace(name: ResolvedName, at: SourcePosition): void {
    for (const part of name.namespace?.split(".") ?? []) this.checkName(part, "namespace part", at);
  }

  #hint(text: string, fullName: string): string {
    const wanted = text.slice(text.lastIndexOf(".") + 1);
    const lower = wanted.toLowerCase();
    if (isPrimitiveType(lower)) return `; did you mean "${lower}"?`;
    const sameName = [...this.#known.values()].find((schema) => schema.name.toLowerCase() === lower);
    if (sameName !== undefined) return `; did you mean "${sameName.fullName}"?`;
    const looked = fullName === text ? "" : ` (looked for ${fullName})`;
    return `${looked}; a type must be defined before it is used, in the order of the text`;
  }
}
