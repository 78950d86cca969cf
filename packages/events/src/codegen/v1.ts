// What generated code calls. Its signatures stay as they are: a change that old generated code would feel is a v2.
export {
  type AvroInput,
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
} from "../avro/avro-input.ts";
export {
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
} from "../avro/avro-output.ts";
export { readKey } from "../avro/read-key.ts";
export type { ResolvingStep } from "../avro/record-code.ts";
export { readNullableString, readStringMap } from "../avro/string-readers.ts";
export {
  fieldValue,
  fitsDecimal,
  fitsFixed,
  fitsInt,
  fitsUuid,
  hasTag,
  isArray,
  isBytes,
  isDate,
  isDecimal,
  isExactFloat,
  isPlainObject,
  isRecordObject,
  isSymbol,
  putOwn,
} from "../avro/value-tests.ts";
export { type Branded, brandText, brandUuid } from "../branded.ts";
export { Decimal } from "../decimal.ts";
export { defineEvent } from "../define-event.ts";
export type { EventDescriptor } from "../event-descriptor.ts";
export { keyText } from "../key-text.ts";
