import { RegistryError } from "../errors.ts";
import type { RegistryReader, StoredSchema, StoredVersion } from "../store/registry-store.ts";
import { requireVersion, requireVersions, type VersionSpec } from "./lookups.ts";

/** What of the soft-deleted to show beside, or instead of, the rest. */
export type DeletedFilter = "none" | "also" | "only";

/** Reads what is registered. */
export class Catalog {
  readonly #store: RegistryReader;

  constructor(store: RegistryReader) {
    this.#store = store;
  }

  /** @throws RegistryError `SCHEMA_NOT_FOUND` */
  async schema(id: number): Promise<StoredSchema> {
    const schema = await this.#store.schemaById(id);
    if (schema === null) throw new RegistryError("SCHEMA_NOT_FOUND", `Schema ${id} not found`);
    return schema;
  }

  /** The versions that hold a schema. @throws RegistryError `SCHEMA_NOT_FOUND` */
  async versionsWithSchema(id: number, includeDeleted: boolean): Promise<readonly StoredVersion[]> {
    await this.schema(id);
    return (await this.#store.versionsWithSchema(id)).filter(({ deleted }) => includeDeleted || !deleted);
  }

  /** The names of subjects; one counts as deleted when all its versions are. */
  async subjects(prefix: string, filter: DeletedFilter): Promise<readonly string[]> {
    const found = await this.#store.subjectsByPrefix(prefix);
    const shown = found.filter(({ deleted }) => filter === "also" || deleted === (filter === "only"));
    return shown.map(({ subject }) => subject);
  }

  /** The versions of all subjects that begin with a prefix; of each its latest alone, if so asked. */
  async schemas(prefix: string, includeDeleted: boolean, latestOnly: boolean): Promise<readonly StoredVersion[]> {
    const all = await this.#store.versionsByPrefix(prefix);
    const visible = all.filter(({ deleted }) => includeDeleted || !deleted);
    return latestOnly ? visible.filter(({ subject }, index) => visible[index + 1]?.subject !== subject) : visible;
  }

  /** @throws RegistryError `SUBJECT_NOT_FOUND` */
  async versions(subject: string, filter: DeletedFilter): Promise<readonly StoredVersion[]> {
    const versions = await requireVersions(this.#store, subject, filter !== "none");
    return filter === "only" ? versions.filter(({ deleted }) => deleted) : versions;
  }

  /** @throws RegistryError `SUBJECT_NOT_FOUND`, `VERSION_NOT_FOUND` */
  async version(subject: string, spec: VersionSpec, includeDeleted: boolean): Promise<StoredVersion> {
    return requireVersion(await requireVersions(this.#store, subject, includeDeleted), spec);
  }

  /** The latest version whose metadata has certain properties. @throws RegistryError `SUBJECT_NOT_FOUND`, `SCHEMA_NOT_FOUND` */
  async latestWithMetadata(
    subject: string,
    properties: Readonly<Record<string, string>>,
    includeDeleted: boolean,
  ): Promise<StoredVersion> {
    const versions = await requireVersions(this.#store, subject, includeDeleted);
    const found = versions.findLast(({ schema }) => {
      const actual: unknown = schema.metadata?.["properties"];
      return Object.entries(properties).every(
        ([key, value]) => typeof actual === "object" && actual !== null && Reflect.get(actual, key) === value,
      );
    });
    if (found === undefined) throw new RegistryError("SCHEMA_NOT_FOUND", "Schema not found");
    return found;
  }

  /** The ids of schemas that refer to a version. @throws RegistryError `SUBJECT_NOT_FOUND`, `VERSION_NOT_FOUND` */
  async referencedBy(subject: string, spec: VersionSpec, includeDeleted: boolean): Promise<readonly number[]> {
    const { version } = await this.version(subject, spec, includeDeleted);
    const referrers = (await this.#store.referrersOf(subject, version)).filter(
      ({ deleted }) => includeDeleted || !deleted,
    );
    return [...new Set(referrers.map(({ schema }) => schema.id))].toSorted((a, b) => a - b);
  }
}
