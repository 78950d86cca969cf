import type { SourcePosition } from "../source-position.ts";

/** A JSON value together with where it stands. */
export type JsonNode =
  | JsonObjectNode
  | JsonArrayNode
  | JsonStringNode
  | JsonNumberNode
  | JsonBooleanNode
  | JsonNullNode;

interface NodeBase {
  readonly at: SourcePosition;
  /** The offset just after the value. */
  readonly end: number;
}

export interface JsonObjectNode extends NodeBase {
  readonly kind: "object";
  /** In the order of the text; of a repeated key only the last member is kept. */
  readonly members: ReadonlyMap<string, JsonNode>;
}

export interface JsonArrayNode extends NodeBase {
  readonly kind: "array";
  readonly elements: readonly JsonNode[];
}

export interface JsonStringNode extends NodeBase {
  readonly kind: "string";
  readonly value: string;
}

export interface JsonNumberNode extends NodeBase {
  readonly kind: "number";
  /** A bigint exactly when the text is an integer that a number cannot hold without loss. */
  readonly value: number | bigint;
  /** Whether the text has neither fraction nor exponent. */
  readonly integral: boolean;
}

export interface JsonBooleanNode extends NodeBase {
  readonly kind: "boolean";
  readonly value: boolean;
}

export interface JsonNullNode extends NodeBase {
  readonly kind: "null";
}

/** Plain JSON data. Integers beyond 2^53 are bigint; objects have no prototype, so `__proto__` is a key like any other. */
export type JsonValue = null | boolean | number | bigint | string | readonly JsonValue[] | JsonObject;

/** A JSON object without a prototype. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** The plain data of a node. */
export function jsonValueOf(node: JsonNode): JsonValue {
  switch (node.kind) {
    case "object":
      return jsonObjectOf([...node.members].map(([key, member]) => [key, jsonValueOf(member)]));
    case "array":
      return node.elements.map(jsonValueOf);
    case "null":
      return null;
    default:
      return node.value;
  }
}

/** The object without members, shared: most types have no properties, and 10,000 schemas would hold 200,000 copies. */
export const emptyJsonObject: JsonObject = Object.freeze(Object.create(null));

/** A prototype-less object of some members. */
export function jsonObjectOf(members: Iterable<readonly [string, JsonValue]>): JsonObject {
  const object: Record<string, JsonValue> = Object.create(null);
  for (const [key, value] of members) object[key] = value;
  return object;
}

/** What a node is, for a message: `a string`, `an object`. */
export function describeJson(node: JsonNode): string {
  if (node.kind === "null") return "null";
  return node.kind === "array" || node.kind === "object" ? `an ${node.kind}` : `a ${node.kind}`;
}
