import type {
  Policy,
  RegistryStore,
  RegistryWriter,
  SchemaContent,
  StoredSchema,
  StoredVersion,
  SubjectState,
} from "./registry-store.ts";

/** Keeps everything in this process, for development and tests: a restart forgets it all. */
export function createMemoryStore(): RegistryStore {
  return new MemoryStore();
}

class MemoryStore implements RegistryStore, RegistryWriter {
  readonly #schemas = new Map<number, StoredSchema>();
  readonly #versions = new Map<string, readonly StoredVersion[]>();
  readonly #policies = new Map<string, Policy>();
  #lastId = 0;
  #lastWrite: Promise<unknown> = Promise.resolve();

  async write<Result>(work: (writer: RegistryWriter) => Promise<Result>): Promise<Result> {
    const turn = this.#lastWrite.then(() => work(this));
    this.#lastWrite = turn.catch(() => undefined); // the caller gets the failure; the next one's turn comes all the same
    return turn;
  }

  async close(): Promise<void> {
    await this.#lastWrite;
  }

  async schemaById(id: number): Promise<StoredSchema | null> {
    return this.#schemas.get(id) ?? null;
  }

  async subjectsByPrefix(prefix: string): Promise<readonly SubjectState[]> {
    return [...this.#versions]
      .filter(([subject]) => subject.startsWith(prefix))
      .map(([subject, versions]) => ({ subject, deleted: versions.every(({ deleted }) => deleted) }))
      .toSorted((a, b) => (a.subject < b.subject ? -1 : 1));
  }

  async versionsByPrefix(prefix: string): Promise<readonly StoredVersion[]> {
    return this.#all().filter(({ subject }) => subject.startsWith(prefix));
  }

  async versionsOf(subject: string): Promise<readonly StoredVersion[]> {
    return this.#versions.get(subject) ?? [];
  }

  async versionsWithSchema(id: number): Promise<readonly StoredVersion[]> {
    return this.#all().filter(({ schema }) => schema.id === id);
  }

  async referrersOf(subject: string, version: number): Promise<readonly StoredVersion[]> {
    return this.#all().filter(({ schema }) =>
      schema.references.some((reference) => reference.subject === subject && reference.version === version),
    );
  }

  async policyOf(subject: string): Promise<Policy> {
    return this.#policies.get(subject) ?? { compatibility: null, mode: null };
  }

  async addVersion(subject: string, content: SchemaContent, identity: string): Promise<StoredVersion> {
    const known = [...this.#schemas.values()].find((schema) => schema.identity === identity);
    const schema = known ?? { ...content, identity, id: ++this.#lastId };
    this.#schemas.set(schema.id, schema);
    const earlier = this.#versions.get(subject) ?? [];
    const added = { subject, version: (earlier.at(-1)?.version ?? 0) + 1, deleted: false, schema };
    this.#versions.set(subject, [...earlier, added]);
    return added;
  }

  async softDelete(subject: string, versions: readonly number[]): Promise<void> {
    const all = this.#versions.get(subject) ?? [];
    const marked = all.map((one) => (versions.includes(one.version) ? { ...one, deleted: true } : one));
    this.#versions.set(subject, marked);
  }

  async hardDelete(subject: string, versions: readonly number[]): Promise<void> {
    const kept = (this.#versions.get(subject) ?? []).filter(({ version }) => !versions.includes(version));
    if (kept.length > 0) this.#versions.set(subject, kept);
    else this.#versions.delete(subject);
    const held = new Set(this.#all().map(({ schema }) => schema.id));
    for (const id of this.#schemas.keys()) if (!held.has(id)) this.#schemas.delete(id);
  }

  async setPolicy(subject: string, policy: Policy): Promise<void> {
    this.#policies.set(subject, policy);
  }

  #all(): StoredVersion[] {
    const subjects = [...this.#versions.keys()].toSorted();
    return subjects.flatMap((subject) => this.#versions.get(subject) ?? []);
  }
}
