export { type Baseline, type BaselineSource, parseBaselineSource } from "./baseline/baseline.ts";
export { type BaselineContext, readBaseline } from "./baseline/read-baseline.ts";
export { type CheckOptions, checkTree } from "./check-tree.ts";
export { parseConfig } from "./config.ts";
export type { EventConfig, GenerateConfig, SchemasConfig } from "./config.ts";
export type { ConsumerContract, EventUse } from "./contracts/contract.ts";
export { readContracts } from "./contracts/read-contracts.ts";
export { SchemasError, type SchemasErrorCode } from "./errors.ts";
export type { EventName } from "./event-name.ts";
export type { Finding, Location, Rule, Severity } from "./finding.ts";
export { generatePackages } from "./generate/generate-packages.ts";
export type {
  GeneratorEvent,
  GeneratorVersion,
  PackageOptions,
  RuntimeDependency,
} from "./generate/generator-input.ts";
export type { LintConfig, LintLevels, LintOverride } from "./lint/lint-config.ts";
export type { TextEdit } from "./lint/lint-rule.ts";
export { type LintReport, lintTree } from "./lint/lint-tree.ts";
export type { LintLevel, LintPreset, LintRuleId } from "./lint/rule-ids.ts";
export type { LockedVersion, SchemaLock } from "./lock-file.ts";
export { type EventSummary, type GenerationSummary, summarizeEvents } from "./event-list.ts";
export { sampleEvents, type SampleSource } from "./sample/sample-events.ts";
export { applyPush, planPush, type PushStep, type Registered, type SubjectPlan } from "./push.ts";
export {
  createRegistryClient,
  type RegisteredSchema,
  type RegistryClient,
  type RegistryClientOptions,
} from "./registry-client.ts";
export {
  buildSchemaTree,
  type EventHistory,
  type Generation,
  generationsOf,
  type SchemaTree,
  type SchemaVersion,
} from "./schema-tree.ts";
export type { SharedType } from "./shared-types/shared-type.ts";
export { type Waiver } from "./waiver.ts";
export { readTree, type TreeFile, type TreeFiles } from "./tree-files.ts";
