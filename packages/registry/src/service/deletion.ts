import { RegistryError } from "../errors.ts";
import type { RegistryStore, RegistryWriter, StoredVersion } from "../store/registry-store.ts";
import { requireVersion, requireVersions, type VersionSpec } from "./lookups.ts";
import type { Policies } from "./policies.ts";

/** Deletes in Confluent's two steps: soft, which hides and can be looked behind, and then permanent. */
export class Deletion {
  readonly #store: RegistryStore;
  readonly #policies: Policies;

  constructor(store: RegistryStore, policies: Policies) {
    this.#store = store;
    this.#policies = policies;
  }

  /**
   * @returns the versions that were deleted
   * @throws RegistryError `SUBJECT_NOT_FOUND`, `SUBJECT_SOFT_DELETED`, `SUBJECT_NOT_SOFT_DELETED`, `REFERENCE_EXISTS`
   */
  async deleteSubject(subject: string, permanent: boolean): Promise<readonly number[]> {
    return this.#store.write(async (store) => {
      const all = await requireVersions(store, subject, true);
      await this.#policies.requireWritable(store, subject);
      const live = all.filter(({ deleted }) => !deleted);
      if (permanent && live.length > 0) {
        const message = `Subject '${subject}' was not deleted first before being permanently deleted`;
        throw new RegistryError("SUBJECT_NOT_SOFT_DELETED", message);
      }
      if (!permanent && live.length === 0) {
        const message = `Subject '${subject}' was soft deleted. Set permanent=true to delete permanently`;
        throw new RegistryError("SUBJECT_SOFT_DELETED", message);
      }
      const doomed = permanent ? all : live;
      for (const version of doomed) await requireUnreferenced(store, version, permanent);
      const versions = doomed.map(({ version }) => version);
      await (permanent ? store.hardDelete(subject, versions) : store.softDelete(subject, versions));
      return versions;
    });
  }

  /**
   * @returns the version that was deleted
   * @throws RegistryError `SUBJECT_NOT_FOUND`, `VERSION_NOT_FOUND`, `VERSION_SOFT_DELETED`, `VERSION_NOT_SOFT_DELETED`,
   * `REFERENCE_EXISTS`
   */
  async deleteVersion(subject: string, spec: VersionSpec, permanent: boolean): Promise<number> {
    return this.#store.write(async (store) => {
      const all = await requireVersions(store, subject, true);
      const candidates = spec === "latest" && !permanent ? all.filter(({ deleted }) => !deleted) : all;
      const found = requireVersion(candidates, spec);
      await this.#policies.requireWritable(store, subject);
      const which = `Subject '${subject}' Version ${found.version}`;
      if (permanent && !found.deleted) {
        const message = `${which} was not deleted first before being permanently deleted`;
        throw new RegistryError("VERSION_NOT_SOFT_DELETED", message);
      }
      if (!permanent && found.deleted) {
        const message = `${which} was soft deleted. Set permanent=true to delete permanently`;
        throw new RegistryError("VERSION_SOFT_DELETED", message);
      }
      await requireUnreferenced(store, found, permanent);
      await (permanent ? store.hardDelete(subject, [found.version]) : store.softDelete(subject, [found.version]));
      return found.version;
    });
  }
}

/** A schema that refers to a permanently deleted one could never be read again, so even deleted referrers count then. */
async function requireUnreferenced(store: RegistryWriter, found: StoredVersion, permanent: boolean): Promise<void> {
  const referrers = await store.referrersOf(found.subject, found.version);
  const referrer = referrers.find(({ deleted }) => permanent || !deleted);
  if (referrer === undefined) return;
  const target = `subject ${found.subject}, version ${found.version}`;
  const message = `One or more references exist to the schema of ${target}: subject ${referrer.subject}, version ${referrer.version}`;
  throw new RegistryError("REFERENCE_EXISTS", message);
}
