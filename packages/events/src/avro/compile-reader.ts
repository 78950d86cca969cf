import { DecodeError } from "../errors.ts";
import {
  type AvroInput,
  dateOf,
  enterRecordRead,
  leaveRecordRead,
  readBoolean,
  readBranch,
  readBytes,
  readCount,
  readDecimal,
  readDouble,
  readEnum,
  readFixed,
  readFixedDecimal,
  readFixedUuid,
  readFloat,
  readInt,
  readLong,
  readNull,
  readString,
  readTimestampMicros,
  readTimestampMillis,
  readZeroWidthCount,
  unreadable,
} from "./avro-input.ts";
import { compileSkip } from "./compile-skip.ts";
import { compileDefault, type MakeDefault } from "./default-value.ts";
import { readKey } from "./read-key.ts";
import { matchingBranches, namesMatch } from "./schema-match.ts";
import {
  type AvroType,
  type BytesType,
  type EnumType,
  type Field,
  type FixedType,
  isZeroWidth,
  type LongType,
  type RecordType,
  type StringType,
  type UnionType,
} from "./schema-type.ts";
import { putOwn } from "./value-tests.ts";

/** Reads one value. */
export type Read = (input: AvroInput) => unknown;

/** The reader of a pair of records; `failure` when they turned out not to resolve. */
interface RecordReader {
  read: Read;
  failure: DecodeError | null;
}

/** The readers of pairs of records, by writer's and reader's: a record may hold itself. */
type Memo = Map<RecordType, Map<RecordType, RecordReader>>;

/**
 * The interpreter's reader: what was written with one schema as values of another, by Avro's schema resolution. With
 * one schema for both it reads that schema's own bytes. Closures, no code made at run time.
 *
 * Beyond the specification: a timestamp is read in the unit in which it was written, and decimals of different scale
 * do not resolve, as their numbers would be wrong.
 *
 * @throws DecodeError with code `SCHEMAS_UNRESOLVABLE`, saying where the schemas part. A branch of a writer's union
 * that the reader lacks is no such error: it fails when a message brings it.
 */
export function compileReader(writer: AvroType, reader: AvroType): Read {
  return resolve(writer, reader, "", new Map());
}

function unresolvable(path: string, reason: string): DecodeError {
  const where = path === "" ? "" : `${path}: `;
  return new DecodeError(`the writer's schema does not resolve to the reader's: ${where}${reason}`, {
    code: "SCHEMAS_UNRESOLVABLE",
  });
}

function differ(path: string, writer: AvroType, reader: AvroType): DecodeError {
  const name = (type: AvroType) => ("fullName" in type ? `${type.kind} ${type.fullName}` : type.kind);
  return unresolvable(path, `the writer has ${name(writer)}, the reader ${name(reader)}`);
}

function resolve(writer: AvroType, reader: AvroType, path: string, memo: Memo): Read {
  if (writer.kind === "union") return resolveWriterUnion(writer, reader, path, memo);
  if (reader.kind === "union") return resolveReaderUnion(writer, reader, path, memo);
  switch (reader.kind) {
    case "null":
      if (writer.kind === "null") return readNull;
      break;
    case "boolean":
      if (writer.kind === "boolean") return readBoolean;
      break;
    case "int":
      if (writer.kind === "int") return readInt;
      break;
    case "long":
      if (writer.kind === "int") return intAsLong(reader);
      if (writer.kind === "long") return resolveLong(writer, reader);
      break;
    case "float":
    case "double": {
      const read = resolveNumber(writer, reader.kind);
      if (read !== null) return read;
      break;
    }
    case "string":
    case "bytes":
      if (writer.kind === "string" || writer.kind === "bytes") return resolveSized(writer, reader, path);
      break;
    case "fixed":
      if (writer.kind === "fixed") return resolveFixed(writer, reader, path);
      break;
    case "enum":
      if (writer.kind === "enum") return resolveEnum(writer, reader, path);
      break;
    case "array":
      if (writer.kind === "array") return resolveArray(writer.items, reader.items, path, memo);
      break;
    case "map":
      if (writer.kind === "map") return resolveMap(writer.values, reader.values, path, memo);
      break;
    case "record":
      if (writer.kind === "record") return resolveRecord(writer, reader, path, memo);
      break;
  }
  throw differ(path, writer, reader);
}

function resolveWriterUnion(writer: UnionType, reader: AvroType, path: string, memo: Memo): Read {
  const reads = writer.branches.map((branch) => resolveOrDefer(branch, reader, path, memo));
  if (reads.length > 0 && reads.every((read) => read instanceof DecodeError)) throw reads[0];
  const branches = reads.map((read): Read => {
    if (!(read instanceof DecodeError)) return read;
    return (input) => unreadable(input, read.message);
  });
  return (input) => branches[readBranch(input, branches.length)]!(input);
}

function resolveOrDefer(writer: AvroType, reader: AvroType, path: string, memo: Memo): Read | DecodeError {
  try {
    return resolve(writer, reader, path, memo);
  } catch (error) {
    if (DecodeError.is(error)) return error;
    throw error;
  }
}

/** The first branch that resolves; those of the same type and name are tried before promotions. */
function resolveReaderUnion(writer: AvroType, reader: UnionType, path: string, memo: Memo): Read {
  let failure: DecodeError | null = null;
  for (const branch of matchingBranches(writer, reader)) {
    const read = resolveOrDefer(writer, branch, path, memo);
    if (!(read instanceof DecodeError)) return read;
    failure ??= read;
  }
  throw failure ?? differ(path, writer, reader);
}

function intAsLong({ timestamp }: LongType): Read {
  if (timestamp === null) return (input) => BigInt(readInt(input));
  const perMilli = timestamp === "millis" ? 1 : 1000;
  return (input) => dateOf(input, input.position, Math.floor(readInt(input) / perMilli));
}

function resolveLong(writer: LongType, reader: LongType): Read {
  if (reader.timestamp === null) return readLong;
  return (writer.timestamp ?? reader.timestamp) === "millis" ? readTimestampMillis : readTimestampMicros;
}

function resolveNumber({ kind }: AvroType, target: "float" | "double"): Read | null {
  const round = target === "float" ? Math.fround : (value: number) => value;
  if (kind === "int") return (input) => round(readInt(input));
  if (kind === "long") return (input) => round(Number(readLong(input)));
  if (kind === "float") return readFloat;
  return kind === "double" && target === "double" ? readDouble : null;
}

function resolveSized(writer: StringType | BytesType, reader: StringType | BytesType, path: string): Read {
  if (reader.kind === "string") return readString;
  if (reader.decimal === null) return readBytes;
  const { scale } = reader.decimal;
  checkScale(writer.kind === "bytes" ? writer.decimal : null, scale, path);
  return (input) => readDecimal(input, scale);
}

function resolveFixed(writer: FixedType, reader: FixedType, path: string): Read {
  if (!namesMatch(writer, reader)) throw differ(path, writer, reader);
  const { size, uuid, decimal } = reader;
  if (writer.size !== size)
    throw unresolvable(path, `the writer's fixed has ${writer.size} bytes, the reader's ${size}`);
  if (uuid) return readFixedUuid;
  if (decimal === null) return (input) => readFixed(input, size);
  checkScale(writer.decimal, decimal.scale, path);
  return (input) => readFixedDecimal(input, size, decimal.scale);
}

function checkScale(writer: BytesType["decimal"], scale: number, path: string): void {
  if (writer === null || writer.scale === scale) return;
  throw unresolvable(path, `the writer's decimal has scale ${writer.scale}, the reader's ${scale}`);
}

function resolveEnum(writer: EnumType, reader: EnumType, path: string): Read {
  if (!namesMatch(writer, reader)) throw differ(path, writer, reader);
  const known = new Set(reader.symbols);
  const symbols = writer.symbols.map((symbol) => (known.has(symbol) ? symbol : reader.default));
  if (symbols.every((symbol) => symbol !== null)) return (input) => readEnum(input, symbols);
  return (input) => {
    const at = input.position;
    const index = readBranch(input, symbols.length);
    const symbol = symbols[index];
    if (symbol) return symbol;
    input.position = at;
    const name = writer.symbols[index];
    return unreadable(input, `enum ${reader.fullName} of the reader has neither symbol ${name} nor a default`);
  };
}

function resolveArray(writer: AvroType, reader: AvroType, path: string, memo: Memo): Read {
  const readItem = resolve(writer, reader, `${path}[]`, memo);
  const readBlock = isZeroWidth(writer) ? readZeroWidthCount : readCount;
  return (input) => {
    const array: unknown[] = [];
    for (let count = readBlock(input); count > 0; count = readBlock(input)) {
      for (; count > 0; count--) array.push(readItem(input));
    }
    return array;
  };
}

function resolveMap(writer: AvroType, reader: AvroType, path: string, memo: Memo): Read {
  const readValue = resolve(writer, reader, `${path}{}`, memo);
  return (input) => {
    const map: Record<string, unknown> = {};
    for (let count = readCount(input); count > 0; count = readCount(input)) {
      for (; count > 0; count--) putOwn(map, readKey(input), readValue(input));
    }
    return map;
  };
}

function resolveRecord(writer: RecordType, reader: RecordType, path: string, memo: Memo): Read {
  const known = memo.get(writer)?.get(reader);
  if (known !== undefined) {
    if (known.failure !== null) throw known.failure;
    return (input) => known.read(input);
  }
  if (!namesMatch(writer, reader)) throw differ(path, writer, reader);
  const holder: RecordReader = { read: (input) => unreadable(input, "its schemas do not resolve"), failure: null };
  const ofWriter = memo.get(writer) ?? new Map<RecordType, RecordReader>();
  memo.set(writer, ofWriter.set(reader, holder));
  try {
    const read = compileRecord(writer, reader, path, memo);
    holder.read = writer.recursive ? guardNesting(read) : read;
  } catch (error) {
    if (DecodeError.is(error)) holder.failure = error;
    throw error;
  }
  return holder.read;
}

/** A field of the writer: read into the reader's field, or skipped when `name` is null. */
interface Step {
  readonly name: string | null;
  readonly read: Read;
}

function compileRecord(writer: RecordType, reader: RecordType, path: string, memo: Memo): Read {
  const sources = matchFields(writer, reader, path);
  const steps = writer.fields.map((field): Step => {
    const target = sources.get(field);
    if (target === undefined) return { name: null, read: compileSkip(field.type) };
    const read = resolve(field.type, target.type, path === "" ? target.name : `${path}.${target.name}`, memo);
    return { name: target.name, read };
  });
  const read = new Set(sources.values());
  const missing = reader.fields.filter((field) => !read.has(field));
  const defaults = missing.map((field) => ({ name: field.name, make: defaultOf(field, reader, path) }));
  // All records of a type have the reader's fields in the reader's order, and so share one shape. Where the writer's
  // order is another, each is a copy of one that has them all already. V8 copies slowly where more than four shapes
  // have passed, by a fifth of decoding with 50 event types: so only there.
  const order = [...steps.flatMap(({ name }) => name ?? []), ...defaults.map(({ name }) => name)];
  const isInOrder = reader.fields.every(({ name }, i) => name === order[i] && name !== "__proto__");
  const { tag } = reader;
  const template = startRecord(tag);
  if (!isInOrder) for (const { name } of reader.fields) putOwn(template, name, null);
  return (input) => {
    const record: Record<string, unknown> = isInOrder ? startRecord(tag) : { ...template };
    for (const step of steps) {
      const value = step.read(input);
      // An own `__proto__` that is there already is assigned like any other property.
      if (step.name !== null) record[step.name] = value;
    }
    for (const { name, make } of defaults) record[name] = make();
    return record;
  };
}

function startRecord(tag: string | null): Record<string, unknown> {
  return tag === null ? {} : { $type: tag };
}

/** Which of the reader's fields each of the writer's fields becomes: by name, or else by the reader's aliases. */
function matchFields(writer: RecordType, reader: RecordType, path: string): Map<Field, Field> {
  const matches = new Map<Field, Field>();
  const byName = new Map(writer.fields.map((field) => [field.name, field]));
  const unmatched: Field[] = [];
  for (const field of reader.fields) {
    const source = byName.get(field.name);
    if (source === undefined) unmatched.push(field);
    else matches.set(source, field);
  }
  for (const field of unmatched) {
    const sources = field.aliases.flatMap((alias) => byName.get(alias) ?? []).filter((source) => !matches.has(source));
    if (sources.length > 1) {
      throw unresolvable(path, `aliases of field ${field.name} name ${sources.length} fields of the writer`);
    }
    if (sources[0] !== undefined) matches.set(sources[0], field);
  }
  return matches;
}

function defaultOf(field: Field, record: RecordType, path: string): MakeDefault {
  const where = `field ${field.name} of ${record.fullName} is not in the writer's schema`;
  if (field.default === undefined) throw unresolvable(path, `${where} and has no default`);
  const make = compileDefault(field.type, field.default);
  if (make === null) throw unresolvable(path, `${where}, and its default does not fit its type`);
  return make;
}

function guardNesting(read: Read): Read {
  return (input) => {
    enterRecordRead(input);
    const record = read(input);
    leaveRecordRead(input);
    return record;
  };
}
