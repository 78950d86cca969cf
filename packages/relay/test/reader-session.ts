import { readDatabaseIdentity } from "../src/sql/database-identity.ts";
import { type ClaimedGroup, claimGroups } from "../src/sql/leases.ts";
import type { HeldEpochs } from "../src/sql/cursor-store.ts";
import { saveCursor } from "../src/sql/cursor-store.ts";
import type { RowView } from "../src/publishers/lane-publisher.ts";
import { rowKey } from "../src/rows/row-view.ts";
import type { Batch, Strand } from "../src/reader/strand.ts";
import { Strands } from "../src/reader/strands.ts";
import { createOutboxReads } from "../src/reader/outbox-reads.ts";
import type pg from "pg";

const LEASE_MS = 60_000;

export interface ReaderSessionOptions {
  readonly client: pg.Client;
  /** Stands for a process. */
  readonly instanceId: string;
  readonly batchSize: number;
  readonly maxBatchBytes?: number;
  readonly deliver: (key: string | null, payload: Buffer) => void;
  /** Whether the sink takes the row; default: always. */
  readonly accepts?: (key: string | null) => boolean;
}

/** The reading half of a relay, without a broker: what is read counts as delivered. */
export class ReaderSession {
  readonly #options: ReaderSessionOptions;
  #held: HeldEpochs = new Map();
  #strands: Strands;

  constructor(options: ReaderSessionOptions) {
    this.#options = options;
    this.#strands = this.#emptyStrands();
  }

  get strands(): Strands {
    return this.#strands;
  }

  get isInWindow(): boolean {
    return this.#strands.all.some(({ isInWindow }) => isInWindow);
  }

  /** Takes up to `count` groups that nobody else holds. */
  async claim(count = 8): Promise<readonly ClaimedGroup[]> {
    const { client, instanceId } = this.#options;
    const identity = await readDatabaseIdentity(client);
    const held = [...this.#held.keys()];
    const claimed = await claimGroups(client, { instanceId, leaseMs: LEASE_MS, identity, count, held });
    this.#held = new Map([...this.#held, ...claimed.map(({ group, epoch }) => [group, epoch] as const)]);
    this.#strands.add(claimed);
    return claimed;
  }

  /** Forgets everything in memory, as a crash does, and takes its groups again. */
  async crash(): Promise<void> {
    this.#held = new Map();
    this.#strands = this.#emptyStrands();
    await this.claim();
  }

  /** One batch of each strand, each saved unless `mayNotSave` says that it died before. */
  async readOnce(mayNotSave: () => boolean = () => false): Promise<number> {
    let events = 0;
    for (const strand of this.#strands.all) {
      const batch = await this.read(strand);
      if (batch === null) continue;
      events += batch.events;
      if (mayNotSave()) {
        await this.crash();
        return events;
      }
      await this.save(batch);
    }
    this.#strands.join();
    return events;
  }

  read(strand: Strand): Promise<Batch | null> {
    const { deliver, accepts } = this.#options;
    const take = (row: RowView) => {
      const key = rowKey(row);
      if (accepts?.(key) === false) return false;
      deliver(key, Buffer.from(row.bytes.subarray(row.payloadStart, row.payloadEnd)));
      return true;
    };
    return strand.read({ take }, this.#strands.windowEnd(strand));
  }

  async save(batch: Batch): Promise<void> {
    this.#strands.acknowledge(batch);
    const held = new Map([...this.#held].filter(([group]) => batch.groups.includes(group)));
    await saveCursor(this.#options.client, { held, leaseMs: LEASE_MS }, batch.next);
  }

  #emptyStrands(): Strands {
    const { client, batchSize, maxBatchBytes = 1_000_000 } = this.#options;
    return new Strands({ reads: createOutboxReads(client), batchSize, maxBatchBytes });
  }
}
