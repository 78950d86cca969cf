/** Enough for any shop; an entry is two numbers and a topic's name. */
const MAX_ENTRIES = 10_000;

/**
 * The registry's ids of the outbox's schemas: a bounded cache, one look-up at a time per schema and topic. Failures are
 * not kept, so that a schema pushed a moment later is found.
 */
export class SchemaIds {
  readonly #lookUp: (topic: string, schemaId: bigint) => Promise<number>;
  readonly #known = new Map<string, number>();
  readonly #pending = new Map<string, Promise<number>>();

  readonly #maxEntries: number;

  constructor(lookUp: (topic: string, schemaId: bigint) => Promise<number>, maxEntries = MAX_ENTRIES) {
    this.#lookUp = lookUp;
    this.#maxEntries = maxEntries;
  }

  get(topic: string, schemaId: bigint): number | Promise<number> {
    const key = `${schemaId} ${topic}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    return this.#pending.get(key) ?? this.#start(key, topic, schemaId);
  }

  #start(key: string, topic: string, schemaId: bigint): Promise<number> {
    const lookUp = this.#lookUp(topic, schemaId)
      .then((id) => {
        this.#remember(key, id);
        return id;
      })
      .finally(() => this.#pending.delete(key));
    this.#pending.set(key, lookUp);
    return lookUp;
  }

  #remember(key: string, id: number): void {
    if (this.#known.size >= this.#maxEntries) {
      const oldest = this.#known.keys().next();
      if (!oldest.done) this.#known.delete(oldest.value);
    }
    this.#known.set(key, id);
  }
}
