import { Decimal } from "@waybill/events";
import type { AvroType, FixedType, LongType } from "@waybill/events/codegen/model";
import { bytesOfUuid } from "./reference-bytes.ts";

/**
 * Whether a value of this project is the one that avsc has read, without logical types and with wrapped unions. Numbers
 * that avsc promotes without converting them are converted here.
 */
export function isSameAsReference(type: AvroType, value: unknown, reference: unknown): boolean {
  switch (type.kind) {
    case "null":
    case "boolean":
    case "string":
    case "enum":
      return value === reference;
    case "int":
    case "double":
      return Object.is(value, Number(reference));
    case "float":
      return Object.is(value, Math.fround(Number(reference)));
    case "long":
      return isSameLong(type, value, BigInt(reference as bigint));
    case "bytes":
    case "fixed":
      return isSameBytes(type, value, reference as Buffer);
    case "array":
      return isSameList(value as unknown[], reference as unknown[], (one, other) =>
        isSameAsReference(type.items, one, other),
      );
    case "map":
      return isSameObject(value as object, reference as object, Object.keys(reference as object), () => type.values);
    case "union":
      return isSameBranch(type.branches, value, reference as Record<string, unknown> | null);
    case "record": {
      const fields = new Map(type.fields.map((field) => [field.name, field.type]));
      const { $type: tag = null, ...rest } = value as Record<string, unknown>;
      const isTagged = tag === type.tag || fields.has("$type");
      return isTagged && isSameObject(rest, reference as object, [...fields.keys()], (name) => fields.get(name)!);
    }
  }
}

function isSameLong({ timestamp }: LongType, value: unknown, reference: bigint): boolean {
  if (timestamp === null) return value === reference;
  const perMilli = timestamp === "millis" ? 1n : 1000n;
  const isBelow = reference % perMilli < 0n;
  return value instanceof Date && BigInt(value.getTime()) === reference / perMilli - (isBelow ? 1n : 0n);
}

function isSameBytes(type: Exclude<AvroType, { kind: "union" }>, value: unknown, reference: Buffer): boolean {
  if ("decimal" in type && type.decimal !== null) {
    const hex = reference.toString("hex");
    const unscaled = hex === "" ? 0n : BigInt.asIntN(reference.length * 8, BigInt(`0x${hex}`));
    return value instanceof Decimal && value.scale === type.decimal.scale && value.unscaled === unscaled;
  }
  const bytes = (type as FixedType).uuid ? bytesOfUuid(value as string) : (value as Uint8Array);
  return reference.equals(bytes);
}

function isSameList(
  value: readonly unknown[],
  reference: readonly unknown[],
  isSame: (one: unknown, other: unknown) => boolean,
): boolean {
  return value.length === reference.length && value.every((item, i) => isSame(item, reference[i]));
}

function isSameObject(
  value: object,
  reference: object,
  names: readonly string[],
  typeOf: (name: string) => AvroType,
): boolean {
  const entries = new Map(Object.entries(value));
  const references = new Map(Object.entries(reference));
  return (
    entries.size === names.length &&
    names.every((name) => entries.has(name) && isSameAsReference(typeOf(name), entries.get(name), references.get(name)))
  );
}

function isSameBranch(
  branches: readonly AvroType[],
  value: unknown,
  reference: Readonly<Record<string, unknown>> | null,
): boolean {
  if (reference === null) return value === null;
  const [name, content] = Object.entries(reference)[0]!;
  const branch = branches.find((type) => ("fullName" in type ? type.fullName : type.kind) === name);
  return branch !== undefined && isSameAsReference(branch, value, content);
}
