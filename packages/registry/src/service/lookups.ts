import { RegistryError } from "../errors.ts";
import type { RegistryReader, StoredVersion } from "../store/registry-store.ts";

/** A version as a client names it. */
export type VersionSpec = number | "latest";

const MAX_VERSION = 2 ** 31 - 1;

/** @throws RegistryError `INVALID_VERSION` unless the text is "latest", "-1" (the same) or an integer from 1 */
export function parseVersion(text: string): VersionSpec {
  if (text === "latest" || text === "-1") return "latest";
  const version = /^[0-9]{1,10}$/.test(text) ? Number(text) : 0;
  if (version >= 1 && version <= MAX_VERSION) return version;
  const allowed = 'Allowed values are between [1, 2^31-1] and the string "latest"';
  throw new RegistryError("INVALID_VERSION", `The specified version '${text}' is not a valid version id. ${allowed}`);
}

/** The versions of a subject that are not soft-deleted, the oldest first; empty for a subject that is not there. */
export async function liveVersions(store: RegistryReader, subject: string): Promise<readonly StoredVersion[]> {
  return (await store.versionsOf(subject)).filter(({ deleted }) => !deleted);
}

/** The versions of a subject. @throws RegistryError `SUBJECT_NOT_FOUND` when none is visible */
export async function requireVersions(
  store: RegistryReader,
  subject: string,
  includeDeleted: boolean,
): Promise<readonly StoredVersion[]> {
  const versions = includeDeleted ? await store.versionsOf(subject) : await liveVersions(store, subject);
  if (versions.length === 0) throw new RegistryError("SUBJECT_NOT_FOUND", `Subject '${subject}' not found.`);
  return versions;
}

/** One of some versions. @throws RegistryError `VERSION_NOT_FOUND` */
export function requireVersion(versions: readonly StoredVersion[], spec: VersionSpec): StoredVersion {
  const found = spec === "latest" ? versions.at(-1) : versions.find(({ version }) => version === spec);
  if (found === undefined) throw new RegistryError("VERSION_NOT_FOUND", `Version ${spec} not found.`);
  return found;
}
