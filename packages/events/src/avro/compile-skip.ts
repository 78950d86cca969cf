import {
  type AvroInput,
  enterRecordRead,
  leaveRecordRead,
  readBranch,
  readCount,
  readInt,
  readLong,
  readZeroWidthCount,
  skipBytes,
  skipSized,
} from "./avro-input.ts";
import { type AvroType, isZeroWidth, type RecordType } from "./schema-type.ts";

/** Moves over one value. */
type Skip = (input: AvroInput) => void;

/** Moves over values of a type, for fields that the reader's schema lacks. */
export function compileSkip(type: AvroType): Skip {
  return compile(type, new Map());
}

function compile(type: AvroType, records: Map<RecordType, { skip: Skip }>): Skip {
  switch (type.kind) {
    case "null":
      return () => undefined;
    case "boolean":
      return (input) => skipBytes(input, 1);
    case "int":
    case "enum":
      return readInt;
    case "long":
      return readLong;
    case "float":
      return (input) => skipBytes(input, 4);
    case "double":
      return (input) => skipBytes(input, 8);
    case "string":
    case "bytes":
      return skipSized;
    case "fixed":
      return (input) => skipBytes(input, type.size);
    case "union": {
      const skips = type.branches.map((branch) => compile(branch, records));
      return (input) => skips[readBranch(input, skips.length)]!(input);
    }
    case "array":
      return skipBlocks(compile(type.items, records), isZeroWidth(type.items) ? readZeroWidthCount : readCount);
    case "map": {
      const skipValue = compile(type.values, records);
      return skipBlocks((input) => {
        skipSized(input);
        skipValue(input);
      }, readCount);
    }
    case "record":
      return skipRecord(type, records);
  }
}

function skipBlocks(skipItem: Skip, readBlock: (input: AvroInput) => number): Skip {
  return (input) => {
    for (let count = readBlock(input); count > 0; count = readBlock(input)) {
      for (; count > 0; count--) skipItem(input);
    }
  };
}

function skipRecord(type: RecordType, records: Map<RecordType, { skip: Skip }>): Skip {
  const known = records.get(type);
  if (known !== undefined) return (input) => known.skip(input);
  const holder: { skip: Skip } = { skip: () => undefined };
  records.set(type, holder);
  const skips = type.fields.map((field) => compile(field.type, records));
  holder.skip = (input) => {
    if (type.recursive) enterRecordRead(input);
    for (const skip of skips) skip(input);
    if (type.recursive) leaveRecordRead(input);
  };
  return holder.skip;
}
