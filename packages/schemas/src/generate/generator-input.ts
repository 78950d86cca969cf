import type { EventName } from "../event-name.ts";
import type { BrandedIds } from "./branded-ids.ts";

/** One event, as far as code for it depends on the schema tree. */
export interface GeneratorEvent {
  readonly name: EventName;
  readonly topic: string;
  /** In ascending order, at least one, and none with errors. */
  readonly versions: readonly GeneratorVersion[];
}

/** One version of an event. */
export interface GeneratorVersion {
  readonly version: number;
  /** The schema's text exactly as it is registered. */
  readonly text: string;
  /** The field with the partition key; null for none; undefined for the field that the schema marks. */
  readonly key?: string | null | undefined;
}

/** What every generated package has in common. */
export interface PackageOptions {
  /** npm scope, such as `@shop-events`. */
  readonly scope: string;
  readonly runtime: RuntimeDependency;
  /** The version of `@waybill/schemas` for the manifest; `workspace` in that package's own workspace. */
  readonly generatorVersion: string;
  /** The brand of the strings in a field, by the field's name. Default: none. */
  readonly brandedIds?: BrandedIds;
}

/** How a generated package refers to `@waybill/events`. */
export interface RuntimeDependency {
  /** The range in `dependencies`, such as `^1.2.0` or `workspace:*`. */
  readonly range: string;
  /** Folder of the runtime's sources relative to a generated package, when both are of one workspace; else null. */
  readonly reference: string | null;
}
