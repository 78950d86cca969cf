import type { Schema } from "../model/schema.ts";
import { checkCompatibility } from "./check-compatibility.ts";
import type { Incompatibility } from "./incompatibility.ts";

/**
 * What a new version of a schema must keep, in Confluent's terms: BACKWARD, that it reads what the version before it
 * wrote; FORWARD, that the version before it reads what it writes; FULL, both; the TRANSITIVE forms, the same against
 * all versions before it.
 */
export type CompatibilityMode =
  | "NONE"
  | "BACKWARD"
  | "BACKWARD_TRANSITIVE"
  | "FORWARD"
  | "FORWARD_TRANSITIVE"
  | "FULL"
  | "FULL_TRANSITIVE";

/** Every mode. */
export const COMPATIBILITY_MODES: readonly CompatibilityMode[] = [
  "NONE",
  "BACKWARD",
  "BACKWARD_TRANSITIVE",
  "FORWARD",
  "FORWARD_TRANSITIVE",
  "FULL",
  "FULL_TRANSITIVE",
];

/** Whether a text names a mode. */
export function isCompatibilityMode(text: string): text is CompatibilityMode {
  return COMPATIBILITY_MODES.some((mode) => mode === text);
}

/** One version of a schema. Callers may pass more than this and find it again in the conflicts. */
export interface SchemaVersion {
  readonly schema: Schema;
}

/** Two versions of which one cannot read the other's data. */
export interface VersionConflict<Version extends SchemaVersion> {
  /** BACKWARD: the newer version is the reader. FORWARD: the older one is. */
  readonly direction: "BACKWARD" | "FORWARD";
  readonly reader: Version;
  readonly writer: Version;
  readonly incompatibilities: readonly Incompatibility[];
}

/** Checks each version of a history against those before it that the mode names; the oldest version comes first. */
export function checkHistory<Version extends SchemaVersion>(
  mode: CompatibilityMode,
  versions: readonly Version[],
): readonly VersionConflict<Version>[] {
  return versions.flatMap((version, index) => checkVersion(mode, version, versions.slice(0, index)));
}

/** Checks one new version against the versions before it, the oldest first. */
export function checkVersion<Version extends SchemaVersion>(
  mode: CompatibilityMode,
  candidate: Version,
  earlier: readonly Version[],
): readonly VersionConflict<Version>[] {
  const against = mode.endsWith("_TRANSITIVE") ? earlier.toReversed() : earlier.slice(-1);
  const backward = mode.startsWith("BACKWARD") || mode.startsWith("FULL");
  const forward = mode.startsWith("FORWARD") || mode.startsWith("FULL");
  return against.flatMap((previous) => [
    ...(backward ? conflictsOf("BACKWARD", candidate, previous) : []),
    ...(forward ? conflictsOf("FORWARD", previous, candidate) : []),
  ]);
}

function conflictsOf<Version extends SchemaVersion>(
  direction: "BACKWARD" | "FORWARD",
  reader: Version,
  writer: Version,
): readonly VersionConflict<Version>[] {
  const { compatible, incompatibilities } = checkCompatibility(reader.schema, writer.schema);
  return compatible ? [] : [{ direction, reader, writer, incompatibilities }];
}
