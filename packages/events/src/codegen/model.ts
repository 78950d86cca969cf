// What the code generator needs to know of the codec, so that generated code and interpreter agree on every value.
export { readRecordSchema } from "../avro/schema-reader.ts";
export {
  type ArrayType,
  type AvroType,
  type BytesType,
  type DecimalType,
  type EnumType,
  type Field,
  type FixedType,
  isZeroWidth,
  type LongType,
  type MapType,
  type RecordType,
  type StringType,
  type UnionType,
} from "../avro/schema-type.ts";
export { type BranchCandidate, branchCandidates, valueClassOf } from "../avro/union-branch.ts";
