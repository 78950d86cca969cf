import {
  type AvroOutput,
  checkRecord,
  enterRecord,
  invalid,
  leaveRecord,
  writeArrayStart,
  writeBoolean,
  writeBranch,
  writeBytes,
  writeDecimal,
  writeDouble,
  writeEnd,
  writeEnum,
  writeFixed,
  writeFixedDecimal,
  writeFixedUuid,
  writeFloat,
  writeInt,
  writeLong,
  writeMapStart,
  writeNull,
  writeString,
  writeTimestampMicros,
  writeTimestampMillis,
  writeUuid,
  writeZeroWidthStart,
} from "./avro-output.ts";
import {
  type ArrayType,
  type AvroType,
  type BytesType,
  type FixedType,
  isZeroWidth,
  type MapType,
  type RecordType,
  type UnionType,
} from "./schema-type.ts";
import { compileBranchChoice } from "./union-branch.ts";
import { fieldValue } from "./value-tests.ts";

/** Writes a value, or throws INVALID. The value's type is only known to the schema: each writer checks its own. */
export type Write = (out: AvroOutput, value: unknown) => void;

/** The interpreter's writer for a type: closures, no code made at run time. */
export function compileWriter(type: AvroType): Write {
  return compile(type, new Map());
}

/** The functions of generated code are typed by what they take, and check it all the same. */
function unchecked<Value>(write: (out: AvroOutput, value: Value) => void): Write {
  return write as Write;
}

function compile(type: AvroType, records: Map<RecordType, { write: Write }>): Write {
  switch (type.kind) {
    case "null":
      return unchecked(writeNull);
    case "boolean":
      return unchecked(writeBoolean);
    case "int":
      return unchecked(writeInt);
    case "float":
      return unchecked(writeFloat);
    case "double":
      return unchecked(writeDouble);
    case "long":
      if (type.timestamp === null) return unchecked(writeLong);
      return unchecked(type.timestamp === "millis" ? writeTimestampMillis : writeTimestampMicros);
    case "string":
      return unchecked(type.uuid ? writeUuid : writeString);
    case "bytes":
      return compileBytes(type);
    case "fixed":
      return compileFixed(type);
    case "enum":
      return unchecked<string>((out, value) => writeEnum(out, value, type.symbols));
    case "array":
      return compileArray(type, records);
    case "map":
      return compileMap(type, records);
    case "union":
      return compileUnion(type, records);
    case "record":
      return compileRecord(type, records);
  }
}

function compileBytes({ decimal }: BytesType): Write {
  if (decimal === null) return unchecked(writeBytes);
  const { precision, scale } = decimal;
  return unchecked((out, value: Parameters<typeof writeDecimal>[1]) => writeDecimal(out, value, precision, scale));
}

function compileFixed({ size, uuid, decimal }: FixedType): Write {
  if (uuid) return unchecked(writeFixedUuid);
  if (decimal === null) return unchecked((out, value: Uint8Array) => writeFixed(out, value, size));
  const { precision, scale } = decimal;
  return unchecked((out, value: Parameters<typeof writeFixedDecimal>[1]) =>
    writeFixedDecimal(out, value, size, precision, scale),
  );
}

function compileArray({ items }: ArrayType, records: Map<RecordType, { write: Write }>): Write {
  const writeItem = compile(items, records);
  const writeStart = isZeroWidth(items) ? writeZeroWidthStart : writeArrayStart;
  return unchecked((out, value: readonly unknown[]) => {
    const length = writeStart(out, value);
    for (let i = 0; i < length; i++) writeItem(out, value[i]);
    writeEnd(out);
  });
}

function compileMap({ values }: MapType, records: Map<RecordType, { write: Write }>): Write {
  const writeValue = compile(values, records);
  return unchecked((out, value: Readonly<Record<string, unknown>>) => {
    for (const key of writeMapStart(out, value)) {
      writeString(out, key);
      writeValue(out, value[key]);
    }
    writeEnd(out);
  });
}

function compileUnion(type: UnionType, records: Map<RecordType, { write: Write }>): Write {
  const branchOf = compileBranchChoice(type);
  const writers = type.branches.map((branch) => compile(branch, records));
  return (out, value) => {
    const index = branchOf(value);
    const write = writers[index];
    if (write === undefined) invalid();
    writeBranch(out, index);
    write(out, value);
  };
}

function compileRecord(type: RecordType, records: Map<RecordType, { write: Write }>): Write {
  const known = records.get(type);
  // By way of the object, as the writer of a record that holds itself is not there yet.
  if (known !== undefined) return (out, value) => known.write(out, value);
  const holder = { write: unchecked(invalid) };
  records.set(type, holder);
  const fields = type.fields.map((field) => ({ name: field.name, write: compile(field.type, records) }));
  const writeFields = unchecked((out, value: object) => {
    checkRecord(value);
    for (const { name, write } of fields) write(out, fieldValue(value, name));
  });
  holder.write = type.recursive ? guardNesting(writeFields) : writeFields;
  return holder.write;
}

function guardNesting(write: Write): Write {
  return (out, value) => {
    enterRecord(out);
    write(out, value);
    leaveRecord(out);
  };
}
