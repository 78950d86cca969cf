export { checkCompatibility, type Compatibility } from "./compatibility/check-compatibility.ts";
export {
  checkHistory,
  checkVersion,
  COMPATIBILITY_MODES,
  type CompatibilityMode,
  isCompatibilityMode,
  type SchemaVersion,
  type VersionConflict,
} from "./compatibility/check-history.ts";
export { findLogicalChanges, type LogicalChangeOptions } from "./compatibility/find-logical-changes.ts";
export {
  formatIncompatibility,
  type Incompatibility,
  type IncompatibilityKind,
  rootCauses,
} from "./compatibility/incompatibility.ts";
export type { LogicalChange, LogicalChangeKind } from "./compatibility/logical-change.ts";
export { AvroError, type AvroErrorCode } from "./errors.ts";
export { fingerprint64, fingerprintMd5, fingerprintSha256 } from "./fingerprint.ts";
export { canonicalForm } from "./canonical-form.ts";
export {
  describeJson,
  type JsonArrayNode,
  type JsonBooleanNode,
  type JsonNode,
  type JsonNullNode,
  type JsonNumberNode,
  type JsonObject,
  type JsonObjectNode,
  type JsonStringNode,
  type JsonValue,
} from "./json/json-node.ts";
export { type ParsedJson, parseJson } from "./json/parse-json.ts";
export type {
  DecimalLogicalType,
  LogicalType,
  SimpleLogicalType,
  SimpleLogicalTypeName,
} from "./model/logical-type.ts";
export {
  type ArraySchema,
  describeSchema,
  type EnumSchema,
  type FieldDefault,
  type FixedSchema,
  isNamed,
  isPrimitiveType,
  type MapSchema,
  type NamedSchema,
  type PrimitiveSchema,
  type PrimitiveType,
  type RecordField,
  type RecordSchema,
  type Schema,
  type UnionSchema,
} from "./model/schema.ts";
export {
  type ParsedSchema,
  type ParseOptions,
  type ParseResult,
  parseSchema,
  parseSchemaOrThrow,
  type UnparsedSchema,
} from "./parse/parse-schema.ts";
export type { TypeReference } from "./parse/names.ts";
export { normalForm } from "./normal-form.ts";
export { formatProblem, type ProblemCode, type SchemaProblem } from "./parse/problems.ts";
export { SourcePosition } from "./source-position.ts";
