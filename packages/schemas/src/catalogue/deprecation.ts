import type { JsonObject } from "@waybill/avro";

/** JSDoc's tag, as the generator of types knows it. */
const tag = /(?<!\S)@deprecated(?!\S)/;

/**
 * Why something should not be used any more: its attribute `"waybill.deprecated"`, `true` or a reason, or its doc when
 * that has the tag `@deprecated`. The generated types say the same. Null when it is not deprecated.
 */
export function deprecationOf(properties: JsonObject, doc: string | null): string | null {
  const attribute = Object.hasOwn(properties, "waybill.deprecated") ? properties["waybill.deprecated"] : undefined;
  if (typeof attribute === "string" && attribute.trim() !== "") return attribute;
  if (attribute === true) return "It should not be used any more.";
  return doc !== null && tag.test(doc) ? doc : null;
}
