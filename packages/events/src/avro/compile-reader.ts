import { DecodeError } from "../errors.ts";
import {
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
import { defaultOf, matchFields } from "./match-fields.ts";
import { readKey } from "./read-key.ts";
import type { RecordCodes } from "./record-code.ts";
import { type Read, readByCode, readByName, type Step } from "./record-reader.ts";
import { isSameType } from "./same-type.ts";
import { matchingBranches, namesMatch } from "./schema-match.ts";
import {
  type AvroType,
  type BytesType,
  type EnumType,
  type FixedType,
  isZeroWidth,
  type LongType,
  type RecordType,
  type StringType,
  type UnionType,
} from "./schema-type.ts";
import { differ, unresolvable } from "./unresolvable.ts";
import { putOwn } from "./value-tests.ts";

/** The reader of a pair of records; `failure` when they turned out not to resolve. */
interface RecordReader {
  read: Read;
  failure: DecodeError | null;
}

/** What is known while a reader is made. */
interface Memo {
  /** The readers of pairs of records, by writer's and reader's: a record may hold itself. */
  readonly readers: Map<RecordType, Map<RecordType, RecordReader>>;
  /** Generated code for records of the reader's schema. */
  readonly records: RecordCodes;
}

/**
 * The interpreter's reader: what was written with one schema as values of another, by Avro's schema resolution. With
 * one schema for both it reads that schema's own bytes. Closures, no code made at run time.
 *
 * Beyond the specification: a timestamp is read in the unit in which it was written, and decimals of different scale
 * do not resolve, as their numbers would be wrong.
 *
 * @param records generated code for records of the reader's schema, which is quicker; it is asked for by the reader's
 * names alone, so that no writer's schema chooses what runs
 * @throws DecodeError with code `SCHEMAS_UNRESOLVABLE`, saying where the schemas part. A branch of a writer's union
 * that the reader lacks is no such error: it fails when a message brings it.
 */
export function compileReader(writer: AvroType, reader: AvroType, records: RecordCodes = {}): Read {
  return resolve(writer, reader, "", { readers: new Map(), records });
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
  const code = Object.hasOwn(memo.records, reader.fullName) ? memo.records[reader.fullName] : undefined;
  if (code !== undefined && isSameType(writer, reader)) return code.read;
  const known = memo.readers.get(writer)?.get(reader);
  if (known !== undefined) {
    if (known.failure !== null) throw known.failure;
    return (input) => known.read(input);
  }
  if (!namesMatch(writer, reader)) throw differ(path, writer, reader);
  const holder: RecordReader = { read: (input) => unreadable(input, "its schemas do not resolve"), failure: null };
  const ofWriter = memo.readers.get(writer) ?? new Map<RecordType, RecordReader>();
  memo.readers.set(writer, ofWriter.set(reader, holder));
  try {
    const steps = compileSteps(writer, reader, path, memo);
    const read = code === undefined ? readByName(reader, steps) : readByCode(reader, steps, code);
    holder.read = writer.recursive ? guardNesting(read) : read;
  } catch (error) {
    if (DecodeError.is(error)) holder.failure = error;
    throw error;
  }
  return holder.read;
}

function compileSteps(writer: RecordType, reader: RecordType, path: string, memo: Memo): Step[] {
  const sources = matchFields(writer, reader, path);
  const steps = writer.fields.map(({ type }, i): Step => {
    const target = sources.get(writer.fields[i]!);
    if (target === undefined) return { target: null, isSame: false, read: compileSkip(type) };
    const read = resolve(type, target.type, path === "" ? target.name : `${path}.${target.name}`, memo);
    return { target, isSame: isSameType(type, target.type), read };
  });
  const read = new Set(sources.values());
  const missing = reader.fields.filter((field) => !read.has(field));
  const defaults = missing.map((target) => ({ target, isSame: false, read: defaultOf(target, reader, path) }));
  return [...steps, ...defaults];
}

function guardNesting(read: Read): Read {
  return (input) => {
    enterRecordRead(input);
    const record = read(input);
    leaveRecordRead(input);
    return record;
  };
}
