import type { SchemaLock } from "./lock-file.ts";
import type { SchemaVersion } from "./schema-tree.ts";

/** released: as the lock holds it. edited: the lock holds another text. unreleased: the lock does not hold it. */
export type VersionState = "released" | "edited" | "unreleased";

/** What the lock says of a version of an event. */
export function versionStateOf(type: string, version: SchemaVersion, lock: SchemaLock): VersionState {
  const locked = lock.get(type)?.get(version.version);
  if (locked === undefined) return "unreleased";
  return locked.sha256 === version.sha256 ? "released" : "edited";
}
