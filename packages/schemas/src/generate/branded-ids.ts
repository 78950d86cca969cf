import type { AvroType, RecordType, StringType } from "@waybill/events/codegen/model";
import { SchemasError } from "../errors.ts";

/** The brand of the strings in a field, by the field's name, as the config has it. */
export type BrandedIds = ReadonlyMap<string, string>;

/** The brand of each string of a schema that has one. */
export type StringBrands = ReadonlyMap<AvroType, string>;

/** Nothing is branded. */
export const noBrands: StringBrands = new Map();

/**
 * Which strings of a record, and of all the records within, are of a brand: those in the fields with a brand's names,
 * nullable or in arrays and maps. Strings within a record belong to the fields of that record.
 */
export function brandsIn(root: RecordType, ids: BrandedIds): StringBrands {
  if (ids.size === 0) return noBrands;
  const brands = new Map<AvroType, string>();
  for (const { type, name } of stringsIn(root)) {
    const brand = ids.get(name);
    if (brand !== undefined) brands.set(type, brand);
  }
  return brands;
}

/** Whether all strings of a brand are uuids, by the brand; brands that nothing is of are not there. */
export function uuidBrands(records: readonly RecordType[], ids: BrandedIds): ReadonlyMap<string, boolean> {
  const brands = new Map<string, boolean>();
  for (const { type, name } of records.flatMap(stringsIn)) {
    const brand = ids.get(name);
    if (brand !== undefined) brands.set(brand, type.uuid && (brands.get(brand) ?? true));
  }
  return brands;
}

/** @throws SchemasError `config-invalid` when the config names a field that no event has: a slip of the pen */
export function checkBrandedFields(records: readonly RecordType[], ids: BrandedIds): void {
  if (ids.size === 0) return;
  const names = new Set(records.flatMap(stringsIn).map(({ name }) => name));
  const unknown = [...ids].filter(([name]) => !names.has(name));
  if (unknown.length === 0) return;
  const list = unknown.map(([name, brand]) => `"${name}" for ${brand}`).join(", ");
  throw new SchemasError(
    "config-invalid",
    `"brandedIds" names ${list}, and no event has a field of strings of that name. Correct the name, or remove it.`,
  );
}

interface NamedString {
  readonly type: StringType;
  /** The field that holds it. */
  readonly name: string;
}

/** Works from a stack, as records can refer to one another deeper than calls can nest. */
function stringsIn(root: RecordType): readonly NamedString[] {
  const found: NamedString[] = [];
  const seen = new Set<RecordType>([root]);
  const records = [root];
  for (let record = records.pop(); record !== undefined; record = records.pop()) {
    for (const { name, type } of record.fields) {
      for (const leaf of leavesOf(type)) {
        if (leaf.kind === "string") found.push({ type: leaf, name });
        if (leaf.kind !== "record" || seen.has(leaf)) continue;
        seen.add(leaf);
        records.push(leaf);
      }
    }
  }
  return found;
}

/** What a type holds, through unions, arrays and maps. */
function leavesOf(type: AvroType): readonly AvroType[] {
  switch (type.kind) {
    case "array":
      return leavesOf(type.items);
    case "map":
      return leavesOf(type.values);
    case "union":
      return type.branches.flatMap(leavesOf);
    default:
      return [type];
  }
}
