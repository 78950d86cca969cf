import type { AvroType } from "@waybill/events/codegen/model";
import { capitalised } from "./names.ts";
import type { VersionTypes } from "./ts-types.ts";

/** A name for a type by what it is, for the functions that read and write it: `NullableString`, `OrderItemV1Array`. */
export function labelOf(type: AvroType, types: VersionTypes): string {
  switch (type.kind) {
    case "long":
      return type.timestamp === null ? "Long" : `Timestamp${capitalised(type.timestamp)}`;
    case "string":
      return types.brandOf(type) ?? (type.uuid ? "Uuid" : "String");
    case "bytes":
      return type.decimal === null ? "Bytes" : `Decimal${type.decimal.precision}_${type.decimal.scale}`;
    case "fixed":
      return `Fixed${type.size}`;
    case "enum":
    case "record":
      return types.nameOf(type);
    case "array":
      return `${labelOf(type.items, types)}Array`;
    case "map":
      return `${labelOf(type.values, types)}Map`;
    case "union": {
      const others = type.branches.filter(({ kind }) => kind !== "null").map((branch) => labelOf(branch, types));
      return `${others.length < type.branches.length ? "Nullable" : ""}${others.join("Or")}`;
    }
    default:
      return capitalised(type.kind);
  }
}

/** What two types must share for one function to do for both. */
export function signatureOf(type: AvroType, types: VersionTypes): string {
  switch (type.kind) {
    case "array":
      return `array<${signatureOf(type.items, types)}>`;
    case "map":
      return `map<${signatureOf(type.values, types)}>`;
    case "union":
      return `union<${type.branches.map((branch) => signatureOf(branch, types)).join(",")}>`;
    case "enum":
    case "record":
      return types.nameOf(type);
    case "string":
      return JSON.stringify([type, types.brandOf(type)]);
    default:
      return JSON.stringify(type);
  }
}
