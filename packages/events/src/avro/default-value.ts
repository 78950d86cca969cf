import { Decimal } from "../decimal.ts";
import { unscaledOf } from "./avro-input.ts";
import type { AvroType, BytesType, FixedType, LongType, RecordType } from "./schema-type.ts";
import { fitsInt, fitsUuid, putOwn } from "./value-tests.ts";

/** Makes a default's value, fresh each time, as callers may keep and change what they are given. */
export type MakeDefault = () => unknown;

/** A record's default may leave its own fields to their defaults; one that would never end is no default. */
const MAX_DEPTH = 100;

/**
 * The default that a schema gives in JSON, as a value of the type; null when it does not fit.
 * A union's default may be of any of its branches (Avro 1.12); the first that fits takes it.
 */
export function compileDefault(type: AvroType, json: unknown): MakeDefault | null {
  return compile(type, json, 0);
}

function compile(type: AvroType, json: unknown, depth: number): MakeDefault | null {
  if (depth > MAX_DEPTH) return null;
  switch (type.kind) {
    case "null":
      return json === null ? () => null : null;
    case "boolean":
      return typeof json === "boolean" ? () => json : null;
    case "int":
      return fitsInt(json) ? () => json : null;
    case "long":
      return compileLong(type, json);
    case "float":
      return typeof json === "number" || typeof json === "bigint" ? () => Math.fround(Number(json)) : null;
    case "double":
      return typeof json === "number" || typeof json === "bigint" ? () => Number(json) : null;
    case "string":
      return typeof json === "string" ? () => json : null;
    case "bytes":
    case "fixed":
      return compileBytes(type, json);
    case "enum":
      return typeof json === "string" && type.symbols.includes(json) ? () => json : null;
    case "array":
      return compileArray(type.items, json, depth);
    case "map":
      return compileMap(type.values, json, depth);
    case "union":
      return compileFirst(type.branches, json, depth);
    case "record":
      return compileRecord(type, json, depth);
  }
}

function compileLong({ timestamp }: LongType, json: unknown): MakeDefault | null {
  if (typeof json !== "bigint" && !Number.isSafeInteger(json)) return null;
  const long = BigInt(json as number | bigint);
  if (BigInt.asIntN(64, long) !== long) return null;
  if (timestamp === null) return () => long;
  const millis = timestamp === "millis" ? Number(long) : Math.floor(Number(long) / 1000);
  return Number.isNaN(new Date(millis).getTime()) ? null : () => new Date(millis);
}

/** Bytes stand in JSON as a string, each character of which is one byte. */
function compileBytes(type: BytesType | FixedType, json: unknown): MakeDefault | null {
  if (typeof json !== "string" || /[^\0-\xFF]/.test(json)) return null;
  const bytes = Buffer.from(json, "latin1");
  if (type.kind === "fixed" && bytes.length !== type.size) return null;
  if (type.decimal !== null) {
    const decimal = new Decimal(unscaledOf(bytes, 0, bytes.length), type.decimal.scale);
    return () => decimal;
  }
  if (type.kind === "fixed" && type.uuid) {
    const uuid = bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
    return fitsUuid(uuid) ? () => uuid : null;
  }
  return () => Uint8Array.from(bytes);
}

function compileArray(items: AvroType, json: unknown, depth: number): MakeDefault | null {
  if (!Array.isArray(json)) return null;
  const makes = json.map((item: unknown) => compile(items, item, depth + 1));
  return allFit(makes) ? () => makes.map((make) => make()) : null;
}

function compileMap(values: AvroType, json: unknown, depth: number): MakeDefault | null {
  if (!isJsonObject(json)) return null;
  const keys = Object.keys(json);
  return compileObject(
    keys,
    keys.map((key) => compile(values, json[key], depth + 1)),
    null,
  );
}

function compileRecord(type: RecordType, json: unknown, depth: number): MakeDefault | null {
  if (!isJsonObject(json)) return null;
  const makes = type.fields.map((field) => {
    const value = Object.hasOwn(json, field.name) ? json[field.name] : field.default;
    return compile(field.type, value, depth + 1);
  });
  return compileObject(
    type.fields.map(({ name }) => name),
    makes,
    type.tag,
  );
}

function compileObject(
  keys: readonly string[],
  makes: readonly (MakeDefault | null)[],
  tag: string | null,
): MakeDefault | null {
  if (!allFit(makes)) return null;
  return () => {
    const object: Record<string, unknown> = tag === null ? {} : { $type: tag };
    for (const [i, make] of makes.entries()) putOwn(object, keys[i]!, make());
    return object;
  };
}

function compileFirst(branches: readonly AvroType[], json: unknown, depth: number): MakeDefault | null {
  for (const branch of branches) {
    const make = compile(branch, json, depth + 1);
    if (make !== null) return make;
  }
  return null;
}

function allFit(makes: readonly (MakeDefault | null)[]): makes is MakeDefault[] {
  return makes.every((make) => make !== null);
}

function isJsonObject(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}
