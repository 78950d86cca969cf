/** Enough for any shop; an entry is two numbers. */
const MAX_ENTRIES = 10_000;

/** Looks a schema up by the number that the outbox knows it by. */
export type SchemaLookUp = (topic: string, schemaId: bigint) => Promise<number>;

/**
 * The registry's ids of the outbox's schemas: a bounded cache, one look-up at a time per schema and topic. Failures are
 * not kept, so that a schema pushed a moment later is found.
 *
 * Keyed by the 8 bytes as they come in a row, in two halves: no bigint or text is made for a row whose id is known.
 */
export class SchemaIds {
  readonly #lookUp: SchemaLookUp;
  readonly #maxEntries: number;
  readonly #known = new Map<string, Map<number, Map<number, number>>>();
  readonly #pending = new Map<string, Promise<number>>();
  #size = 0;

  constructor(lookUp: SchemaLookUp, maxEntries = MAX_ENTRIES) {
    this.#lookUp = lookUp;
    this.#maxEntries = maxEntries;
  }

  /** @param high @param low the id's 8 bytes as two signed 32-bit integers */
  get(topic: string, high: number, low: number): number | Promise<number> {
    const known = this.#known.get(topic)?.get(high)?.get(low);
    if (known !== undefined) return known;
    const schemaId = (BigInt(high) << 32n) | BigInt(low >>> 0);
    const key = `${schemaId} ${topic}`;
    const pending = this.#pending.get(key);
    if (pending !== undefined) return pending;
    const lookUp = this.#lookUp(topic, schemaId)
      .then((id) => {
        this.#remember(topic, high, low, id);
        return id;
      })
      .finally(() => this.#pending.delete(key));
    this.#pending.set(key, lookUp);
    return lookUp;
  }

  #remember(topic: string, high: number, low: number, id: number): void {
    if (this.#size >= this.#maxEntries) {
      this.#known.clear();
      this.#size = 0;
    }
    const byHigh = this.#known.get(topic) ?? new Map<number, Map<number, number>>();
    this.#known.set(topic, byHigh);
    const byLow = byHigh.get(high) ?? new Map<number, number>();
    byHigh.set(high, byLow);
    byLow.set(low, id);
    this.#size++;
  }
}
