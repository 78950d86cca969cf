import { Decimal } from "@waybill/events";
import type { AvroType, EnumType, FixedType, RecordType, UnionType } from "@waybill/events/codegen/model";
import type { Random } from "./random.ts";
import {
  randomBytes,
  randomDate,
  randomDouble,
  randomInt,
  randomLong,
  randomText,
  randomUnscaled,
  randomUuid,
} from "./random-leaf.ts";
import { bytesOfUnscaled, bytesOfUuid } from "./reference-bytes.ts";

/** One value twice: as this project has it, and as avsc has it without logical types and with wrapped unions. */
export interface ValuePair {
  readonly value: unknown;
  readonly reference: unknown;
}

/** Deeper than this, unions take null where they can and lists are empty, so that recursive values end. */
const MAX_DEPTH = 5;
/** Deeper than this only a record gets that must hold itself, and so has no value. */
const ENDLESS_DEPTH = 60;

/** A random value of a type. @throws RangeError when the type has none that ends */
export function randomPair(type: AvroType, random: Random, depth = 0): ValuePair {
  switch (type.kind) {
    case "null":
      return same(null);
    case "boolean":
      return same(random.below(2) === 0);
    case "int":
      return same(randomInt(random));
    case "float":
      return same(Math.fround(randomDouble(random)));
    case "double":
      return same(randomDouble(random));
    case "long":
      return type.timestamp === null ? same(randomLong(random)) : datePair(type.timestamp, random);
    case "string":
      return same(type.uuid ? randomUuid(random) : randomText(random));
    case "bytes":
      if (type.decimal === null) return bytesPair(randomBytes(random, random.below(80)));
      return decimalPair(type.decimal, null, random);
    case "fixed":
      return fixedPair(type, random);
    case "enum":
      return same(random.pick((type as EnumType).symbols));
    case "array":
      return arrayPair(type.items, random, depth);
    case "map":
      return mapPair(type.values, random, depth);
    case "union":
      return unionPair(type, random, depth);
    case "record":
      return recordPair(type, random, depth);
  }
}

function same(value: unknown): ValuePair {
  return { value, reference: value };
}

function bytesPair(bytes: Uint8Array): ValuePair {
  return { value: bytes, reference: Buffer.from(bytes) };
}

function datePair(unit: "millis" | "micros", random: Random): ValuePair {
  const date = randomDate(random);
  const millis = BigInt(date.getTime());
  return { value: date, reference: unit === "millis" ? millis : millis * 1000n };
}

function decimalPair(
  { precision, scale }: { readonly precision: number; readonly scale: number },
  size: number | null,
  random: Random,
): ValuePair {
  const unscaled = randomUnscaled(random, precision);
  return { value: new Decimal(unscaled, scale), reference: bytesOfUnscaled(unscaled, size) };
}

function fixedPair(type: FixedType, random: Random): ValuePair {
  if (type.decimal !== null) return decimalPair(type.decimal, type.size, random);
  if (!type.uuid) return bytesPair(randomBytes(random, type.size));
  const uuid = randomUuid(random);
  return { value: uuid, reference: bytesOfUuid(uuid) };
}

function lengthAt(random: Random, depth: number): number {
  if (depth > MAX_DEPTH) return 0;
  // Around 64 the count takes a second byte.
  return depth === 1 && random.below(60) === 0 ? 60 + random.below(10) : random.below(4);
}

function arrayPair(items: AvroType, random: Random, depth: number): ValuePair {
  const pairs = Array.from({ length: lengthAt(random, depth) }, () => randomPair(items, random, depth + 1));
  return { value: pairs.map(({ value }) => value), reference: pairs.map(({ reference }) => reference) };
}

function mapPair(values: AvroType, random: Random, depth: number): ValuePair {
  const entries = Array.from(
    { length: lengthAt(random, depth) },
    () => [`k${randomText(random)}`, randomPair(values, random, depth + 1)] as const,
  );
  return {
    value: Object.fromEntries(entries.map(([key, { value }]) => [key, value])),
    reference: Object.fromEntries(entries.map(([key, { reference }]) => [key, reference])),
  };
}

function unionPair({ branches }: UnionType, random: Random, depth: number): ValuePair {
  const nothing = branches.find(({ kind }) => kind === "null");
  const branch = nothing !== undefined && depth > MAX_DEPTH ? nothing : random.pick(branches);
  if (branch.kind === "null") return same(null);
  const { value, reference } = randomPair(branch, random, depth + 1);
  const name = "fullName" in branch ? branch.fullName : branch.kind;
  return { value, reference: { [name]: reference } };
}

function recordPair(type: RecordType, random: Random, depth: number): ValuePair {
  if (depth > ENDLESS_DEPTH) throw new RangeError(`${type.fullName} has no value that ends`);
  const pairs = type.fields.map((field) => [field.name, randomPair(field.type, random, depth + 1)] as const);
  const tag = type.tag === null ? [] : [["$type", type.tag] as const];
  return {
    value: Object.fromEntries([...tag, ...pairs.map(([name, { value }]) => [name, value] as const)]),
    reference: Object.fromEntries(pairs.map(([name, { reference }]) => [name, reference])),
  };
}
