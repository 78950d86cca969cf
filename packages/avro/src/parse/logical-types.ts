import type { JsonNode } from "../json/json-node.ts";
import type { LogicalType, SimpleLogicalTypeName } from "../model/logical-type.ts";
import type { Attributes } from "./attributes.ts";
import type { ProblemList } from "./problems.ts";

/** The type beneath a logical type; the size counts for fixed alone. */
export interface UnderlyingType {
  readonly type: string;
  readonly size?: number;
}

const SIMPLE_TYPES: Readonly<Record<SimpleLogicalTypeName, readonly UnderlyingType[]>> = {
  "big-decimal": [{ type: "bytes" }],
  uuid: [{ type: "string" }, { type: "fixed", size: 16 }],
  date: [{ type: "int" }],
  "time-millis": [{ type: "int" }],
  "time-micros": [{ type: "long" }],
  "timestamp-millis": [{ type: "long" }],
  "timestamp-micros": [{ type: "long" }],
  "timestamp-nanos": [{ type: "long" }],
  "local-timestamp-millis": [{ type: "long" }],
  "local-timestamp-micros": [{ type: "long" }],
  "local-timestamp-nanos": [{ type: "long" }],
  duration: [{ type: "fixed", size: 12 }],
};

/**
 * The logical type of a definition, or null. The specification has readers ignore a logical type that is unknown or
 * does not fit, so either is a warning.
 */
export function readLogicalType(
  attributes: Attributes,
  underlying: UnderlyingType,
  problems: ProblemList,
): LogicalType | null {
  const node = attributes.get("logicalType");
  if (node === null) return null;
  if (node.kind !== "string") {
    problems.add("invalid-logical-type", '"logicalType" must be a string; it is ignored', node.at);
    return null;
  }
  if (node.value === "decimal") return readDecimal(attributes, node, underlying, problems);
  if (!isSimpleName(node.value)) {
    problems.add("unknown-logical-type", `Avro has no logical type "${node.value}"; it is ignored`, node.at);
    return null;
  }
  const allowed = SIMPLE_TYPES[node.value];
  if (allowed.some((one) => one.type === underlying.type && (one.size === undefined || one.size === underlying.size))) {
    return { name: node.value };
  }
  const wanted = allowed.map(describeUnderlying).join(" or ");
  const message = `"${node.value}" needs ${wanted}, not ${describeUnderlying(underlying)}; it is ignored`;
  problems.add("invalid-logical-type", message, node.at);
  return null;
}

function readDecimal(
  attributes: Attributes,
  node: JsonNode,
  underlying: UnderlyingType,
  problems: ProblemList,
): LogicalType | null {
  const ignore = (fault: string, at: JsonNode | null): null => {
    problems.add("invalid-logical-type", `${fault}; the logical type "decimal" is ignored`, (at ?? node).at);
    return null;
  };
  if (underlying.type !== "bytes" && underlying.type !== "fixed") {
    return ignore(`"decimal" needs bytes or fixed, not ${describeUnderlying(underlying)}`, node);
  }
  const precisionNode = attributes.get("precision");
  const precision = integerOf(precisionNode);
  if (precision === null || precision < 1) return ignore('"decimal" needs a "precision" of 1 or more', precisionNode);
  const scaleNode = attributes.get("scale");
  const scale = scaleNode === null ? 0 : integerOf(scaleNode);
  if (scale === null || scale < 0) return ignore('"scale" must be an integer of 0 or more', scaleNode);
  if (scale > precision) return ignore(`the scale ${scale} is greater than the precision ${precision}`, scaleNode);
  const digits = underlying.type === "fixed" ? digitsIn(underlying.size ?? 0) : Number.POSITIVE_INFINITY;
  if (precision > digits) {
    return ignore(`a fixed of ${underlying.size} bytes holds ${digits} digits, not ${precision}`, precisionNode);
  }
  return { name: "decimal", precision, scale };
}

/** The decimal digits that every signed integer of so many bytes can hold. */
function digitsIn(bytes: number): number {
  return Math.max(0, Math.floor(Math.log10(2) * (8 * bytes - 1)));
}

function integerOf(node: JsonNode | null): number | null {
  return node?.kind === "number" && node.integral && typeof node.value === "number" ? node.value : null;
}

function isSimpleName(name: string): name is SimpleLogicalTypeName {
  return Object.hasOwn(SIMPLE_TYPES, name);
}

function describeUnderlying({ type, size }: UnderlyingType): string {
  return size === undefined ? type : `${type} of ${size} bytes`;
}
