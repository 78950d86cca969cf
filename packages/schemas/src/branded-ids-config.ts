import type { JsonNode } from "@waybill/avro";
import type { JsonFileReader } from "./json-file.ts";

/** With its ending no brand is named as a type of TypeScript or of the runtime. */
const brandName = /^[A-Z][A-Za-z0-9]*Id$/;

/** Reads `{ "OrderId": ["orderId", …], … }`. @returns the brand by the field's name */
export function readBrandedIds(reader: JsonFileReader, node: JsonNode | undefined): ReadonlyMap<string, string> {
  const brands = new Map<string, string>();
  for (const [brand, fields] of (node && reader.object(node, '"brandedIds"'))?.members ?? []) {
    if (!brandName.test(brand)) {
      reader.wrong(fields, `"${brand}" in "brandedIds" must be the name of a type that ends in Id, such as OrderId`);
    }
    if (fields.kind !== "array" || fields.elements.length === 0) {
      reader.wrong(fields, `"${brand}" must be a list of the names of fields, such as ["orderId"]`);
      continue;
    }
    for (const item of fields.elements) {
      const field = reader.string(item, `a field of "${brand}"`);
      if (field === null) continue;
      const other = brands.get(field);
      if (other !== undefined) reader.wrong(item, `the field "${field}" is of ${other} already: a field has one brand`);
      else brands.set(field, brand);
    }
  }
  return brands;
}
