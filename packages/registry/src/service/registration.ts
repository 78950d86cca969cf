import {
  checkVersion,
  type CompatibilityMode,
  type Incompatibility,
  type ParsedSchema,
  type Schema,
} from "@waybill/avro";
import { RegistryError } from "../errors.ts";
import type { RegistryReader, RegistryStore, StoredVersion } from "../store/registry-store.ts";
import { liveVersions, requireVersion, requireVersions, type VersionSpec } from "./lookups.ts";
import type { Policies } from "./policies.ts";
import { invalidSchema, type SchemaInput, type SchemaReader } from "./schema-reader.ts";

/** The verdict on a schema that a client thinks of registering. */
export interface CompatibilityVerdict {
  readonly compatible: boolean;
  readonly messages: readonly string[];
}

/** Registers schemas, finds registered ones, and says whether one could be registered. */
export class Registration {
  readonly #store: RegistryStore;
  readonly #reader: SchemaReader;
  readonly #policies: Policies;

  constructor(store: RegistryStore, reader: SchemaReader, policies: Policies) {
    this.#store = store;
    this.#reader = reader;
    this.#policies = policies;
  }

  /**
   * Adds a schema to a subject as its next version, unless it is one of its versions already.
   *
   * @throws RegistryError `INVALID_SCHEMA`, `INCOMPATIBLE_SCHEMA`, `OPERATION_NOT_PERMITTED`
   */
  async register(subject: string, input: SchemaInput): Promise<StoredVersion> {
    const known = await this.#find(this.#store, subject, input); // most calls repeat a registration: they need no lock
    if (known !== null) return known;
    return this.#store.write(async (store) => {
      const { parsed, content, identity, objections } = await this.#reader.read(input, store);
      const versions = await liveVersions(store, subject);
      const present = versions.find(({ schema }) => schema.identity === identity);
      if (present !== undefined) return present;
      await this.#policies.requireWritable(store, subject);
      if (objections.length > 0) throw invalidSchema(objections);
      const mode = await this.#policies.compatibilityOf(store, subject);
      const messages = await this.#conflicts(store, mode, parsed, versions);
      if (messages.length > 0) throw incompatibleSchema(subject, messages);
      return store.addVersion(subject, content, identity);
    });
  }

  /**
   * The version of a subject that holds a schema.
   *
   * @throws RegistryError `SUBJECT_NOT_FOUND`, `SCHEMA_NOT_FOUND`, `INVALID_SCHEMA`
   */
  async lookup(subject: string, input: SchemaInput, includeDeleted: boolean): Promise<StoredVersion> {
    const versions = await requireVersions(this.#store, subject, includeDeleted);
    const { identity } = await this.#reader.read(input, this.#store);
    const found = versions.findLast(({ schema }) => schema.identity === identity);
    if (found === undefined) throw new RegistryError("SCHEMA_NOT_FOUND", "Schema not found");
    return found;
  }

  /**
   * Checks a schema against one version of a subject, or, without one, against all that the subject's mode names. A
   * subject without versions takes anything.
   *
   * @throws RegistryError `SUBJECT_NOT_FOUND` or `VERSION_NOT_FOUND` for a version that is not there
   */
  async test(subject: string, input: SchemaInput, spec: VersionSpec | null): Promise<CompatibilityVerdict> {
    const { parsed, objections } = await this.#reader.read(input, this.#store);
    if (objections.length > 0) throw invalidSchema(objections);
    const versions =
      spec === null
        ? await liveVersions(this.#store, subject)
        : [requireVersion(await requireVersions(this.#store, subject, false), spec)];
    const mode = await this.#policies.compatibilityOf(this.#store, subject);
    const messages = await this.#conflicts(this.#store, mode, parsed, versions);
    return { compatible: messages.length === 0, messages };
  }

  async #find(store: RegistryReader, subject: string, input: SchemaInput): Promise<StoredVersion | null> {
    const versions = await liveVersions(store, subject);
    if (versions.length === 0) return null;
    const { identity } = await this.#reader.read(input, store);
    return versions.find(({ schema }) => schema.identity === identity) ?? null;
  }

  async #conflicts(
    store: RegistryReader,
    mode: CompatibilityMode,
    parsed: ParsedSchema,
    versions: readonly StoredVersion[],
  ): Promise<readonly string[]> {
    if (mode === "NONE") return [];
    const earlier: { schema: Schema; label: string }[] = [];
    for (const { version, schema } of versions) {
      earlier.push({ schema: (await this.#reader.readStored(schema, store)).schema, label: `version ${version}` });
    }
    const candidate = { schema: parsed.schema, label: "the new schema" };
    const messages = checkVersion(mode, candidate, earlier).flatMap(
      ({ direction, reader, writer, incompatibilities }) => {
        const side = direction === "BACKWARD" ? "reader" : "writer";
        return incompatibilities.map(
          (one) => `${reader.label} cannot read data of ${writer.label}: ${describe(one)}; ${one.remedies[side]}`,
        );
      },
    );
    return messages.length === 0 ? [] : [...messages, `compatibility: ${mode}`];
  }
}

function incompatibleSchema(subject: string, messages: readonly string[]): RegistryError {
  const message = `Schema being registered is incompatible with an earlier schema for subject "${subject}", details: [${messages.join(", ")}]`;
  return new RegistryError("INCOMPATIBLE_SCHEMA", message);
}

/** Pointers instead of lines and columns: the registry keeps schemas on one line. */
function describe({ kind, path, message, reader, writer }: Incompatibility): string {
  const where = path === "" ? "" : ` at ${path}`;
  return `${kind}${where}: ${message} (reader's "${reader.pointer}", writer's "${writer.pointer}")`;
}
