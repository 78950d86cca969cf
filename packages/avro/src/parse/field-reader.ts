import { describeJson, type JsonNode, jsonValueOf } from "../json/json-node.ts";
import type { RecordField, Schema } from "../model/schema.ts";
import { Attributes } from "./attributes.ts";
import type { NameTable } from "./names.ts";
import type { ProblemList } from "./problems.ts";

const FIELD_ATTRIBUTES: ReadonlySet<string> = new Set(["name", "type", "default", "doc", "order", "aliases"]);

/** Shared: 10,000 schemas would hold 100,000 empty lists. */
const noAliases: readonly string[] = [];

/** Reads the fields of records. */
export class FieldReader {
  /** The defaults met so far, to be checked once every type is complete. */
  readonly defaults = new Map<RecordField, JsonNode>();
  readonly #names: NameTable;
  readonly #problems: ProblemList;
  readonly #build: (node: JsonNode, namespace: string | null) => Schema | null;

  constructor(
    names: NameTable,
    problems: ProblemList,
    build: (node: JsonNode, namespace: string | null) => Schema | null,
  ) {
    this.#names = names;
    this.#problems = problems;
    this.#build = build;
  }

  /** @param namespace the record's own, in which the names in its fields are looked up */
  read(nodes: readonly JsonNode[], namespace: string | null): readonly RecordField[] {
    const owners = new Map<string, JsonNode>();
    const fields = nodes.map((node) => this.#field(node, namespace, owners)).filter((field) => field !== null);
    if (fields.some(({ aliases }) => aliases.length > 0)) this.#checkAliases(fields);
    return fields;
  }

  #field(node: JsonNode, namespace: string | null, owners: Map<string, JsonNode>): RecordField | null {
    if (node.kind !== "object") {
      this.#problems.add("invalid-attribute", `a field must be an object, not ${describeJson(node)}`, node.at);
      return null;
    }
    const attributes = new Attributes(node, "a field", this.#problems);
    const nameNode = attributes.required("name");
    const name = attributes.optionalText("name");
    if (name !== null) this.#checkName(name, nameNode ?? node, owners);
    const typeNode = attributes.required("type");
    const type = typeNode === null ? null : this.#build(typeNode, namespace);
    const order = this.#order(attributes);
    const doc = attributes.overlookedText("doc");
    const aliases =
      attributes.get("aliases") === null
        ? noAliases
        : [...new Set(attributes.optionalTexts("aliases").map(({ text }) => text))];
    if (name === null || typeNode === null || type === null) return null;
    this.#checkMisplacedLogicalType(attributes, name, type);
    const defaultNode = attributes.get("default");
    const value = defaultNode === null ? null : { value: jsonValueOf(defaultNode), at: defaultNode.at };
    const properties = attributes.others(FIELD_ATTRIBUTES);
    const field = { name, doc, aliases, type, default: value, order, properties, at: node.at, typeAt: typeNode.at };
    if (defaultNode !== null) this.defaults.set(field, defaultNode);
    return field;
  }

  #order(attributes: Attributes): RecordField["order"] {
    const order = attributes.optionalText("order")?.toLowerCase() ?? "ascending";
    if (order === "ascending" || order === "descending" || order === "ignore") return order;
    const at = attributes.get("order")?.at ?? attributes.object.at;
    this.#problems.add("invalid-attribute", `"order" must be ascending, descending or ignore, not "${order}"`, at);
    return "ascending";
  }

  #checkMisplacedLogicalType(attributes: Attributes, name: string, type: Schema): void {
    const node = attributes.get("logicalType");
    if (node === null || type.logicalType !== null) return;
    const fix = `write it inside the type: "type": {"type": "${type.type}", "logicalType": …}`;
    this.#problems.add(
      "misplaced-logical-type",
      `"logicalType" beside the field "${name}" is ignored; ${fix}`,
      node.at,
    );
  }

  #checkName(name: string, node: JsonNode, owners: Map<string, JsonNode>): void {
    this.#names.checkName(name, "field name", node.at);
    const first = owners.get(name);
    if (first === undefined) owners.set(name, node);
    else {
      const message = `the record already has a field "${name}", on line ${first.at.line}`;
      this.#problems.add("duplicate-field", message, node.at);
    }
  }

  /** A reader's field that finds two fields of the writer by its name and aliases cannot be resolved. */
  #checkAliases(fields: readonly RecordField[]): void {
    const named = new Map(fields.map((field) => [field.name, field]));
    const aliased = new Map<string, RecordField>();
    for (const field of fields) {
      for (const alias of new Set(field.aliases)) {
        const other = named.get(alias) ?? aliased.get(alias);
        if (other === undefined) aliased.set(alias, field);
        else {
          const message = `the alias "${alias}" of the field "${field.name}" also belongs to the field "${other.name}"`;
          this.#problems.add("ambiguous-alias", message, field.at);
        }
      }
    }
  }
}
