import {
  describeJson,
  emptyJsonObject,
  type JsonNode,
  type JsonObject,
  type JsonObjectNode,
  jsonObjectOf,
  type JsonValue,
  jsonValueOf,
} from "../json/json-node.ts";
import type { ProblemList } from "./problems.ts";

/** Reads the attributes of one JSON object of a schema, reporting those that are missing or of the wrong kind. */
export class Attributes {
  readonly object: JsonObjectNode;
  readonly #owner: string;
  readonly #problems: ProblemList;

  /** @param owner what the object describes, for messages: `a record` */
  constructor(object: JsonObjectNode, owner: string, problems: ProblemList) {
    this.object = object;
    this.#owner = owner;
    this.#problems = problems;
  }

  get(key: string): JsonNode | null {
    return this.object.members.get(key) ?? null;
  }

  /** The attribute, or null and a problem. */
  required(key: string): JsonNode | null {
    const node = this.get(key);
    if (node === null) this.#problems.add("missing-attribute", `${this.#owner} needs "${key}"`, this.object.at);
    return node;
  }

  /** The text of an attribute that Java takes for absent where it is no string. */
  overlookedText(key: string): string | null {
    const node = this.get(key);
    if (node === null || node.kind === "string") return node?.value ?? null;
    const message = `"${key}" of ${this.#owner} must be a string, not ${describeJson(node)}; leave it out`;
    this.#problems.add("overlooked-attribute", message, node.at);
    return null;
  }

  /** The text of an attribute that may be absent. */
  optionalText(key: string): string | null {
    const node = this.get(key);
    return node === null ? null : this.#textOf(node, key);
  }

  /** The elements of an array of strings that may be absent. */
  optionalTexts(key: string): readonly { readonly text: string; readonly node: JsonNode }[] {
    const node = this.get(key);
    return node === null ? [] : this.#textsOf(node, key);
  }

  /** The elements of an array of strings, or null and a problem when there is no array. */
  requiredTexts(key: string): readonly { readonly text: string; readonly node: JsonNode }[] | null {
    const node = this.required(key);
    return node === null ? null : this.#textsOf(node, key);
  }

  /** The elements of an array, or null and a problem. */
  requiredArray(key: string): readonly JsonNode[] | null {
    const node = this.required(key);
    if (node === null) return null;
    if (node.kind === "array") return node.elements;
    this.#wrongKind(node, key, "an array");
    return null;
  }

  /** Every attribute but some, as plain data. */
  others(known: ReadonlySet<string>): JsonObject {
    const members: [string, JsonValue][] = [];
    for (const [key, node] of this.object.members) if (!known.has(key)) members.push([key, jsonValueOf(node)]);
    return members.length === 0 ? emptyJsonObject : jsonObjectOf(members);
  }

  #textsOf(node: JsonNode, key: string): readonly { readonly text: string; readonly node: JsonNode }[] {
    if (node.kind !== "array") {
      this.#wrongKind(node, key, "an array of strings");
      return [];
    }
    const texts: { text: string; node: JsonNode }[] = [];
    for (const element of node.elements) {
      const text = this.#textOf(element, key);
      if (text !== null) texts.push({ text, node: element });
    }
    return texts;
  }

  #textOf(node: JsonNode, key: string): string | null {
    if (node.kind === "string") return node.value;
    this.#wrongKind(node, key, "a string");
    return null;
  }

  #wrongKind(node: JsonNode, key: string, expected: string): void {
    const message = `"${key}" of ${this.#owner} must be ${expected}, not ${describeJson(node)}`;
    this.#problems.add("invalid-attribute", message, node.at);
  }
}
