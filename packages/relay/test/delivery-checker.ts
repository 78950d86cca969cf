import type { Client } from "pg";

export interface DeliveryReport {
  /** Events that committed. */
  readonly committed: number;
  /** Committed and never delivered. */
  readonly lost: number;
  /** First deliveries below an earlier first delivery of their key. */
  readonly inverted: number;
  /** Deliveries of what was delivered before. */
  readonly repeated: number;
  /** Delivered and never committed. */
  readonly phantom: number;
}

export interface CommittedEvent {
  readonly key: string;
  readonly version: number;
}

/** Watches deliveries of a key's versions: 1, 2, 3 … in commit order. */
export class DeliveryChecker {
  readonly #seen = new Map<string, Set<number>>();
  readonly #newest = new Map<string, number>();
  #inverted = 0;
  #repeated = 0;

  deliver(key: string, version: number): void {
    const seen = this.#seen.get(key) ?? new Set();
    this.#seen.set(key, seen);
    if (seen.has(version)) {
      this.#repeated++;
      return;
    }
    const newest = this.#newest.get(key) ?? 0;
    if (version < newest) this.#inverted++;
    this.#newest.set(key, Math.max(newest, version));
    seen.add(version);
  }

  get delivered(): number {
    return [...this.#seen.values()].reduce((sum, versions) => sum + versions.size, 0);
  }

  /** Compares with `stress.audit`. */
  async report(client: Client): Promise<DeliveryReport> {
    const { rows } = await client.query<CommittedEvent>("SELECT key, version FROM stress.audit");
    return this.compare(rows);
  }

  /** Compares with all that committed. */
  compare(rows: readonly CommittedEvent[]): DeliveryReport {
    const lost = rows.filter(({ key, version }) => !this.#seen.get(key)?.has(version)).length;
    return {
      committed: rows.length,
      lost,
      inverted: this.#inverted,
      repeated: this.#repeated,
      phantom: this.delivered - (rows.length - lost),
    };
  }
}
