import avsc from "avsc";
import { Decimal } from "@waybill/events";
import { bytesOfUnscaled } from "../src/reference-bytes.ts";

const { Type } = avsc;

/** avsc set up to take and give the very values of this project, in the quickest way that its interface allows. */
export function createAvscType(schemaText: string): avsc.Type {
  const long = bigintLong();
  const inUnion = new Set<unknown>();
  return Type.forSchema(JSON.parse(schemaText) as avsc.Schema, {
    wrapUnions: "auto",
    logicalTypes: { decimal: DecimalType, "timestamp-millis": DateType },
    typeHook(schema, options) {
      if (schema === "long") return long;
      if (!Array.isArray(schema) || inUnion.has(schema) || schema.filter(isRecordSchema).length < 2) return undefined;
      inUnion.add(schema);
      return new TaggedType(Object.assign(schema, { logicalType: "tagged" }) as unknown as avsc.Schema, options);
    },
  });
}

function isRecordSchema(schema: unknown): boolean {
  return typeof schema === "object" && schema !== null && "type" in schema && schema.type === "record";
}

function bigintLong(): avsc.Type {
  return avsc.types.LongType.__with({
    fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
    toBuffer: (value: bigint) => {
      const buffer = Buffer.allocUnsafe(8);
      buffer.writeBigInt64LE(value);
      return buffer;
    },
    fromJSON: BigInt,
    toJSON: Number,
    isValid: (value: unknown) => typeof value === "bigint" && BigInt.asIntN(64, value) === value,
    compare: (left: bigint, right: bigint) => (left === right ? 0 : left < right ? -1 : 1),
  });
}

/** The largest number of bytes that Buffer reads and writes as a number. */
const MAX_NUMBER_BYTES = 6;

class DecimalType extends avsc.types.LogicalType {
  protected override _fromValue(bytes: Buffer): Decimal {
    if (bytes.length > MAX_NUMBER_BYTES)
      return new Decimal(BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString("hex")}`)), 2);
    return new Decimal(BigInt(bytes.readIntBE(0, bytes.length)), 2);
  }

  protected override _toValue(value: unknown): Buffer | undefined {
    if (!(value instanceof Decimal)) return undefined;
    const number = Number(value.unscaled);
    if (number >= 2 ** 47 || number < -(2 ** 47)) return bytesOfUnscaled(value.unscaled, null);
    let size = 1;
    while (number >= 2 ** (8 * size - 1) || number < -(2 ** (8 * size - 1))) size++;
    const bytes = Buffer.allocUnsafe(size);
    bytes.writeIntBE(number, 0, size);
    return bytes;
  }

  protected override _resolve(type: avsc.Type): ((value: never) => unknown) | undefined {
    return Type.isType(type, "logical:decimal") ? (value) => value : undefined;
  }
}

class DateType extends avsc.types.LogicalType {
  protected override _fromValue(millis: number): Date {
    return new Date(millis);
  }

  protected override _toValue(value: unknown): number | undefined {
    return value instanceof Date ? value.getTime() : undefined;
  }

  protected override _resolve(type: avsc.Type): ((value: never) => unknown) | undefined {
    return Type.isType(type, "logical:timestamp-millis") ? (value) => value : undefined;
  }
}

/** A union of records by `$type` instead of a wrapper. */
class TaggedType extends avsc.types.LogicalType {
  protected override _fromValue(wrapped: Record<string, { $type?: string }>): unknown {
    for (const [name, value] of Object.entries(wrapped)) {
      value.$type = name.slice(name.lastIndexOf(".") + 1);
      return value;
    }
    return undefined;
  }

  protected override _toValue(value: unknown): unknown {
    if (typeof value !== "object" || value === null || !("$type" in value)) return undefined;
    return { [`samples.bench.${String(value.$type)}`]: value };
  }

  protected override _resolve(type: avsc.Type): ((value: never) => unknown) | undefined {
    return Type.isType(type, "logical:tagged") ? (value) => value : undefined;
  }
}
