import type { JsonObject } from "@waybill/avro";

/** A doc that begins so, or the tag of JSDoc. */
const inDoc = /^deprecated\b|(?:^|\s)@deprecated\b/i;

/**
 * Why something should not be used any more: its attribute `deprecated`, `true` or a reason, or its doc when that
 * begins with "Deprecated". Avro defines neither. Null when it is not deprecated.
 */
export function deprecationOf(properties: JsonObject, doc: string | null): string | null {
  const attribute = Object.hasOwn(properties, "deprecated") ? properties["deprecated"] : undefined;
  if (typeof attribute === "string" && attribute.trim() !== "") return attribute;
  if (attribute === true) return "It should not be used any more.";
  return doc !== null && inDoc.test(doc) ? doc : null;
}
