import type { AvroType, RecordType } from "@waybill/events/codegen/model";
import type { StringBrands } from "./branded-ids.ts";

/** A string in a value that is about to become code, and the brand that its type asks for. */
export class BrandedText {
  readonly brand: string;
  readonly text: string;

  constructor(brand: string, text: string) {
    this.brand = brand;
    this.text = text;
  }
}

/** A copy of a valid value in which each string of a brand says so. */
export function markBrands(value: unknown, type: AvroType, brands: StringBrands): unknown {
  const mark = (part: unknown, partType: AvroType) => markBrands(part, partType, brands);
  switch (type.kind) {
    case "string": {
      const brand = brands.get(type);
      return brand === undefined ? value : new BrandedText(brand, value as string);
    }
    case "array":
      return (value as readonly unknown[]).map((item) => mark(item, type.items));
    case "map":
      return mapMembers(value as object, (member) => mark(member, type.values));
    case "record": {
      const types = new Map(type.fields.map((field) => [field.name, field.type]));
      return mapMembers(value as object, (member, name) => {
        const memberType = types.get(name);
        return memberType === undefined ? member : mark(member, memberType);
      });
    }
    case "union": {
      const branch = type.branches.find((candidate) => isOf(value, candidate));
      return branch === undefined ? value : mark(value, branch);
    }
    default:
      return value;
  }
}

/** Tells the branches of a union apart that may hold brands. */
function isOf(value: unknown, type: AvroType): boolean {
  switch (type.kind) {
    case "string":
      return typeof value === "string";
    case "array":
      return Array.isArray(value);
    case "record":
      return isPlainObject(value) && isTagged(value, type);
    case "map":
      return isPlainObject(value) && !("$type" in value);
    default:
      return false;
  }
}

function isTagged(value: object, { tag }: RecordType): boolean {
  return tag === null || ("$type" in value && value.$type === tag);
}

function isPlainObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function mapMembers(value: object, change: (member: unknown, name: string) => unknown): object {
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, change(member, name)]));
}
