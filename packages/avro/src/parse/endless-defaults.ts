import type { JsonNode } from "../json/json-node.ts";
import type { RecordField, Schema } from "../model/schema.ts";
import { defaultFaults } from "./defaults.ts";

/**
 * The fields whose default no program can build: a default of a record takes the defaults of the fields that it leaves
 * out, and one of these needs itself. `{"name": "next", "type": "Node", "default": {}}` in the record Node is such a one.
 */
export function endlessDefaults(defaults: ReadonlyMap<RecordField, JsonNode>): readonly RecordField[] {
  const search = new EndlessSearch(defaults);
  return [...defaults.keys()].filter((field) => search.isEndless(field));
}

class EndlessSearch {
  readonly #defaults: ReadonlyMap<RecordField, JsonNode>;
  /** Fields that were looked into: true while this goes on, and for good where no end was found. */
  readonly #endless = new Map<RecordField, boolean>();

  constructor(defaults: ReadonlyMap<RecordField, JsonNode>) {
    this.#defaults = defaults;
  }

  isEndless(field: RecordField): boolean {
    const known = this.#endless.get(field);
    if (known !== undefined) return known;
    this.#endless.set(field, true);
    const node = this.#defaults.get(field);
    const endless = node !== undefined && this.#holdsEndless(field.type, node);
    this.#endless.set(field, endless);
    return endless;
  }

  #holdsEndless(schema: Schema, node: JsonNode): boolean {
    if (node.kind === "array" && schema.type === "array") {
      return node.elements.some((element) => this.#holdsEndless(schema.items, element));
    }
    if (node.kind === "object" && schema.type === "map") {
      return [...node.members.values()].some((value) => this.#holdsEndless(schema.values, value));
    }
    if (schema.type === "union" && (node.kind === "object" || node.kind === "array")) {
      const branch = schema.branches.find((one) => defaultFaults(one, node).length === 0);
      return branch !== undefined && this.#holdsEndless(branch, node);
    }
    if (node.kind !== "object" || schema.type !== "record") return false;
    return schema.fields.some((field) => {
      const value = node.members.get(field.name);
      return value === undefined ? this.isEndless(field) : this.#holdsEndless(field.type, value);
    });
  }
}
