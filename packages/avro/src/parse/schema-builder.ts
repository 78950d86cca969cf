import {
  describeJson,
  emptyJsonObject,
  type JsonNode,
  type JsonObject,
  type JsonObjectNode,
} from "../json/json-node.ts";
import type { LogicalType } from "../model/logical-type.ts";
import {
  describeSchema,
  type EnumSchema,
  type FixedSchema,
  isNamed,
  isPrimitiveType,
  type NamedSchema,
  type PrimitiveType,
  type RecordField,
  type RecordSchema,
  type Schema,
  type UnionSchema,
} from "../model/schema.ts";
import { Attributes } from "./attributes.ts";
import { defaultFaults } from "./defaults.ts";
import { endlessDefaults } from "./endless-defaults.ts";
import { endlessRecords } from "./endless-records.ts";
import { FieldReader } from "./field-reader.ts";
import { readLogicalType, type UnderlyingType } from "./logical-types.ts";
import { isValidName, type NameTable, type ResolvedName } from "./names.ts";
import type { ProblemList } from "./problems.ts";

const NAMED_ATTRIBUTES = ["type", "name", "namespace", "aliases", "doc"];
const KNOWN_ATTRIBUTES = {
  primitive: new Set(["type"]),
  record: new Set([...NAMED_ATTRIBUTES, "fields"]),
  enum: new Set([...NAMED_ATTRIBUTES, "symbols", "default"]),
  fixed: new Set([...NAMED_ATTRIBUTES, "size"]),
  array: new Set(["type", "items"]),
  map: new Set(["type", "values"]),
};

/** The most that Java, and so most readers, can allocate: an array has a head. */
const MAX_FIXED_SIZE = 2 ** 31 - 9;

/**
 * Two unions are compared branch by branch: a hostile pair of 60,000 branches each would take hours. A whole text that
 * is a union is let pass, as some keep a list of definitions in one.
 */
const MAX_UNION_BRANCHES = 1000;

/**
 * Builds the model from JSON, reporting every problem and going on. What it returns for a faulty text holds gaps and
 * must not be used; a caller looks at the problem list first.
 */
export class SchemaBuilder {
  readonly #names: NameTable;
  readonly #problems: ProblemList;
  readonly #fields: FieldReader;
  /** The records whose fields are being read. */
  readonly #open = new Set<Schema>();
  #isRecursive = false;

  constructor(names: NameTable, problems: ProblemList) {
    this.#names = names;
    this.#problems = problems;
    this.#fields = new FieldReader(names, problems, (node, namespace) => this.build(node, namespace));
  }

  /** Checks what needs the whole model: a default may be of a type that was still being read. */
  finish(): void {
    for (const [field, node] of this.#fields.defaults) {
      for (const fault of defaultFaults(field.type, node))
        this.#problems.add("invalid-default", fault.message, fault.at);
    }
    const endless = endlessDefaults(this.#fields.defaults);
    for (const field of endless) {
      const message = `the default of "${field.name}" never ends: it leaves out a field whose default is, or holds, this one again; give that field a value`;
      this.#problems.add("endless-default", message, field.default?.at ?? field.at);
    }
    // A default without end mostly stands in such a record, and says more.
    if (this.#isRecursive && endless.length === 0) {
      for (const record of endlessRecords(this.#names.defined.values())) {
        const message = `no value of ${describeSchema(record)} can end, as each must hold another; make a field on the way a union with null, or an array`;
        this.#problems.add("endless-record", message, record.at);
      }
    }
    this.#names.checkAliases();
  }

  /** The schema of a JSON node, or null and a problem. */
  build(node: JsonNode, namespace: string | null): Schema | null {
    switch (node.kind) {
      case "string":
        return this.#reference(node.value, namespace, node);
      case "array":
        return this.#union(node.elements, namespace, node);
      case "object":
        return this.#definition(node, namespace);
      default: {
        const message = `expected a schema (a name, an object or a union in an array), not ${describeJson(node)}`;
        this.#problems.add("invalid-attribute", message, node.at);
        return null;
      }
    }
  }

  #reference(name: string, namespace: string | null, node: JsonNode, whole: JsonNode = node): Schema | null {
    if (isPrimitiveType(name)) return { type: name, logicalType: null, properties: emptyJsonObject, at: node.at };
    if (["record", "error", "enum", "fixed", "array", "map"].includes(name) && !this.#names.knows(name, namespace)) {
      const message = `"${name}" cannot stand alone: write {"type": "${name}", …} with its attributes as one object`;
      this.#problems.add("unknown-type", message, node.at);
      return null;
    }
    const schema = this.#names.resolve(name, namespace, node, whole);
    if (schema !== null && this.#open.has(schema)) this.#isRecursive = true;
    return schema;
  }

  #definition(node: JsonObjectNode, namespace: string | null): Schema | null {
    const type = new Attributes(node, "a schema object", this.#problems).required("type");
    if (type === null) return null;
    if (type.kind !== "string") {
      const message = `"type" of a schema object must be a string, not ${describeJson(type)}; write the inner schema in place of the object`;
      this.#problems.add("invalid-attribute", message, type.at);
      return null;
    }
    switch (type.value) {
      case "record":
      case "error":
        return this.#record(new Attributes(node, "a record", this.#problems), namespace, type.value === "error");
      case "enum":
        return this.#enum(new Attributes(node, "an enum", this.#problems), namespace);
      case "fixed":
        return this.#fixed(new Attributes(node, "a fixed", this.#problems), namespace);
      case "array":
        return this.#array(new Attributes(node, "an array", this.#problems), namespace);
      case "map":
        return this.#map(new Attributes(node, "a map", this.#problems), namespace);
      default:
        if (isPrimitiveType(type.value)) return this.#primitive(node, type.value);
        return this.#reference(type.value, namespace, type, node);
    }
  }

  #primitive(node: JsonObjectNode, type: PrimitiveType): Schema {
    const attributes = new Attributes(node, `a ${type}`, this.#problems);
    return { type, ...this.#extras(attributes, { type }, KNOWN_ATTRIBUTES.primitive), at: node.at };
  }

  #array(attributes: Attributes, namespace: string | null): Schema | null {
    const items = this.#component(attributes, "items", namespace);
    const extras = this.#extras(attributes, { type: "array" }, KNOWN_ATTRIBUTES.array);
    return items === null ? null : { type: "array", items, ...extras, at: attributes.object.at };
  }

  #map(attributes: Attributes, namespace: string | null): Schema | null {
    const values = this.#component(attributes, "values", namespace);
    const extras = this.#extras(attributes, { type: "map" }, KNOWN_ATTRIBUTES.map);
    return values === null ? null : { type: "map", values, ...extras, at: attributes.object.at };
  }

  #component(attributes: Attributes, key: string, namespace: string | null): Schema | null {
    const node = attributes.required(key);
    return node === null ? null : this.build(node, namespace);
  }

  #union(elements: readonly JsonNode[], namespace: string | null, node: JsonNode): UnionSchema {
    const branches: Schema[] = [];
    const seen = new Set<string>();
    if (elements.length === 0) this.#problems.add("empty-union", "a union without branches has no values", node.at);
    if (elements.length > MAX_UNION_BRANCHES && node.at.pointer !== "") {
      const message = `a union of ${elements.length} branches; at most ${MAX_UNION_BRANCHES} are taken`;
      this.#problems.add("invalid-union", message, node.at);
      return { type: "union", branches, logicalType: null, properties: emptyJsonObject, at: node.at };
    }
    for (const element of elements) {
      const branch = this.build(element, namespace);
      if (branch === null) continue;
      const label = isNamed(branch) ? branch.fullName : branch.type;
      if (branch.type === "union") {
        this.#problems.add("invalid-union", "a union may not hold another union directly; merge the two", element.at);
      } else if (seen.has(label)) {
        const message = `the union already has a branch ${describeSchema(branch)}; only named types of different names may repeat`;
        this.#problems.add("invalid-union", message, element.at);
      }
      seen.add(label);
      branches.push(branch);
    }
    return { type: "union", branches, logicalType: null, properties: emptyJsonObject, at: node.at };
  }

  #record(attributes: Attributes, enclosing: string | null, isError: boolean): RecordSchema | null {
    const named = this.#named(attributes, enclosing);
    const extras = this.#extras(attributes, { type: "record" }, KNOWN_ATTRIBUTES.record);
    const fields: RecordField[] = [];
    const schema: RecordSchema | null =
      named === null ? null : { type: "record", isError, ...named, fields, ...extras, at: attributes.object.at };
    if (schema !== null) {
      this.#names.define(schema); // before its fields, which may refer to it
      this.#open.add(schema);
    }
    const namespace = named === null ? enclosing : named.namespace;
    for (const field of this.#fields.read(attributes.requiredArray("fields") ?? [], namespace)) fields.push(field);
    if (schema !== null) this.#open.delete(schema);
    return schema;
  }

  #enum(attributes: Attributes, enclosing: string | null): EnumSchema | null {
    const named = this.#named(attributes, enclosing);
    const symbols = this.#symbols(attributes);
    const fallback = attributes.overlookedText("default");
    if (fallback !== null && !symbols.includes(fallback)) {
      const message = `the default "${fallback}" is none of the symbols (${symbols.join(", ")})`;
      this.#problems.add("invalid-enum-default", message, attributes.get("default")?.at ?? attributes.object.at);
    }
    const extras = this.#extras(attributes, { type: "enum" }, KNOWN_ATTRIBUTES.enum);
    if (named === null) return null;
    return this.#defined({ type: "enum", ...named, symbols, default: fallback, ...extras, at: attributes.object.at });
  }

  #symbols(attributes: Attributes): readonly string[] {
    const symbols = new Set<string>();
    for (const { text, node } of attributes.requiredTexts("symbols") ?? []) {
      if (!isValidName(text)) {
        const rule = "a letter or underscore, then letters, digits and underscores";
        this.#problems.add("invalid-symbol", `the symbol "${text}" is invalid: Avro takes ${rule}`, node.at);
      }
      if (symbols.has(text)) this.#problems.add("invalid-symbol", `the symbol "${text}" is given twice`, node.at);
      symbols.add(text);
    }
    return [...symbols];
  }

  #fixed(attributes: Attributes, enclosing: string | null): FixedSchema | null {
    const named = this.#named(attributes, enclosing);
    const node = attributes.required("size");
    const size = node?.kind === "number" && node.integral ? Number(node.value) : -1;
    if (node !== null && (size < 0 || size > MAX_FIXED_SIZE)) {
      this.#problems.add("invalid-size", `"size" must be an integer from 0 to ${MAX_FIXED_SIZE}`, node.at);
    }
    const extras = this.#extras(attributes, { type: "fixed", size }, KNOWN_ATTRIBUTES.fixed);
    if (named === null) return null;
    return this.#defined({ type: "fixed", ...named, size, ...extras, at: attributes.object.at });
  }

  #defined<Named extends NamedSchema>(schema: Named): Named {
    this.#names.define(schema);
    return schema;
  }

  #named(
    attributes: Attributes,
    enclosing: string | null,
  ): (ResolvedName & { aliases: readonly string[]; doc: string | null }) | null {
    const doc = attributes.overlookedText("doc");
    const name = this.#names.declaredName(attributes, enclosing);
    return name === null ? null : { ...name, aliases: this.#names.declaredAliases(attributes, name), doc };
  }

  /** The logical type, and the attributes that neither it nor Avro's definition of the type takes. */
  #extras(
    attributes: Attributes,
    underlying: UnderlyingType,
    known: ReadonlySet<string>,
  ): { logicalType: LogicalType | null; properties: JsonObject } {
    const logicalType = readLogicalType(attributes, underlying, this.#problems);
    if (logicalType === null) return { logicalType, properties: attributes.others(known) };
    const consumed = logicalType.name === "decimal" ? ["logicalType", "precision", "scale"] : ["logicalType"];
    return { logicalType, properties: attributes.others(new Set([...known, ...consumed])) };
  }
}
