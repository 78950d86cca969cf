import { randomUUID } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "@jest/globals";
import type { TestDatabase } from "@waybill/harness";
import type pg from "pg";
import type { Cursor } from "../src/cursors/cursor.ts";
import { createOutboxReads } from "../src/reader/outbox-reads.ts";
import { Strands } from "../src/reader/strands.ts";
import { rowKey } from "../src/rows/row-view.ts";
import { saveCursor } from "../src/sql/cursor-store.ts";
import { readDatabaseIdentity } from "../src/sql/database-identity.ts";
import { claimGroups, releaseGroups } from "../src/sql/leases.ts";
import { DeliveryChecker } from "./delivery-checker.ts";
import { seededRandom } from "./seeded-random.ts";
import { createStressDatabase, runStressWriters, stressedVersion } from "./stress-writers.ts";

const SEED = Number(process.env["WAYBILL_TEST_SEED"] ?? 20_261_121);
const LEASE_MS = 60_000;

let database: TestDatabase;
let client: pg.Client;

beforeEach(async () => {
  ({ database, client } = await createStressDatabase());
});

afterEach(async () => {
  await client.end();
  await database.drop();
});

interface ReadRow {
  readonly id: number;
  readonly key: string;
  readonly version: number;
}

/** An instance as the publish loop drives it, but that each of its steps may go wrong in any way that the loop allows. */
class Instance {
  readonly id = randomUUID();
  readonly #checker: DeliveryChecker;
  readonly #random: () => number;
  readonly #epochs = new Map<number, bigint>();
  strands: Strands;
  readonly #batchSize: number;

  constructor(checker: DeliveryChecker, random: () => number, batchSize: number) {
    this.#checker = checker;
    this.#random = random;
    this.#batchSize = batchSize;
    this.strands = this.#emptyStrands();
  }

  async enter(): Promise<void> {
    await client.query(
      `INSERT INTO waybill.relay_instance (id, name, host, pid, version, expires_at)
       VALUES ($1, 'test', 'test', 1, '0', clock_timestamp() + interval '1 hour')`,
      [this.id],
    );
  }

  async claim(count: number): Promise<void> {
    const identity = await readDatabaseIdentity(client);
    const held = [...this.#epochs.keys()];
    const claimed = await claimGroups(client, { instanceId: this.id, leaseMs: LEASE_MS, identity, count, held });
    for (const { group, epoch } of claimed) this.#epochs.set(group, epoch);
    this.strands.add(claimed);
  }

  /** Saves what is acknowledged, and gives some groups back. */
  async handOver(): Promise<void> {
    const groups = [...this.#epochs.keys()].filter(() => this.#random() < 0.3);
    if (this.#random() < 0.5) this.strands.acknowledgeAll();
    else this.strands.rewind(); // as when it was abandoned
    for (const group of groups) await this.#save([group], this.strands.acknowledged.get(group) as Cursor);
    this.strands.remove(groups);
    await releaseGroups(client, new Map([...this.#epochs].filter(([group]) => groups.includes(group))));
    for (const group of groups) this.#epochs.delete(group);
  }

  /** Forgets everything in memory. */
  async crash(): Promise<void> {
    this.#epochs.clear();
    this.strands = this.#emptyStrands();
    await this.claim(2);
  }

  /** A batch of each strand, one of which may be held in its middle, or go through without being saved. */
  async readAll(): Promise<number> {
    let events = 0;
    for (const strand of this.strands.all) {
      const rows: ReadRow[] = [];
      const refusedAt = this.#random() < 0.2 ? Math.floor(this.#random() * 5) : Number.POSITIVE_INFINITY;
      const batch = await strand.read(
        {
          take: (row) => {
            if (rows.length >= refusedAt) return false;
            const payload = Buffer.from(row.bytes.subarray(row.payloadStart, row.payloadEnd));
            rows.push({ id: row.id, key: String(rowKey(row)), version: stressedVersion(payload) });
            return true;
          },
        },
        this.strands.windowEnd(strand),
      );
      if (batch === null) continue;
      events += batch.events;
      expect(batch.events).toBe(rows.length);
      if (this.#random() < 0.2) {
        // Held: what precedes the first that is not acknowledged is, and some of what follows was sent all the same.
        const held = Math.floor(this.#random() * rows.length);
        for (const row of rows.slice(0, held)) this.#deliver(row);
        const stuck = (rows[held] as ReadRow).key;
        for (const row of rows.slice(held)) if (row.key !== stuck) this.#deliver(row);
        const cursor = batch.partial((rows[held] as ReadRow).id - 1);
        this.strands.acknowledgePart(batch, cursor);
        if (this.#random() < 0.5) await this.#save(batch.groups, cursor);
        this.strands.rewind();
        return events;
      }
      for (const row of rows) this.#deliver(row);
      if (this.#random() < 0.1) {
        this.strands.rewind(); // all were stored, and no acknowledgement came
        return events;
      }
      this.strands.acknowledge(batch);
      if (this.#random() < 0.7) await this.#save(batch.groups, batch.next);
    }
    this.strands.join();
    return events;
  }

  get isInWindow(): boolean {
    return this.strands.all.some(({ isInWindow }) => isInWindow);
  }

  #deliver({ key, version }: ReadRow): void {
    this.#checker.deliver(key, version);
  }

  async #save(groups: readonly number[], cursor: Cursor): Promise<void> {
    const held = new Map([...this.#epochs].filter(([group]) => groups.includes(group)));
    await saveCursor(client, { held, leaseMs: LEASE_MS }, cursor);
  }

  #emptyStrands(): Strands {
    return new Strands({ reads: createOutboxReads(client), batchSize: this.#batchSize, maxBatchBytes: 1_000_000 });
  }
}

it.each([3, 1_000])(
  "loses and inverts nothing while groups change hands, batches are held, given up and read again, %i at once",
  async (batchSize) => {
    const random = seededRandom(SEED + batchSize);
    const checker = new DeliveryChecker();
    const instances = [0, 1, 2].map(() => new Instance(checker, random, batchSize));
    for (const instance of instances) await instance.enter();
    const state = { isWriting: true };
    const url = database.url;
    const writing = runStressWriters({ url, writers: 8, transactions: 40, seed: SEED, topic: "stress", schemaId: 1n });
    const ended = writing.finally(() => (state.isWriting = false));
    let mostStrands = 0;
    for (let quiet = 0; quiet < 60; ) {
      const wasWriting = state.isWriting;
      const instance = instances[Math.floor(random() * instances.length)] as Instance;
      const events = await instance.readAll();
      if (random() < 0.15) await instance.handOver();
      if (random() < 0.03) await instance.crash();
      if (random() < 0.3) await instance.claim(1 + Math.floor(random() * 4));
      mostStrands = Math.max(mostStrands, instance.strands.all.length);
      const isQuiet = !wasWriting && events === 0 && !instance.isInWindow;
      quiet = isQuiet ? quiet + 1 : 0;
      await nextTurn();
    }
    await ended;
    for (const instance of instances) await instance.claim(8);
    for (let quiet = 0; quiet < 60; ) {
      let events = 0;
      for (const instance of instances) events += await instance.readAll();
      quiet = events === 0 && !instances.some(({ isInWindow }) => isInWindow) ? quiet + 1 : 0;
    }
    const report = await checker.report(client);
    expect({ seed: SEED, ...report }).toMatchObject({ lost: 0, inverted: 0, phantom: 0 });
    expect(report.committed).toBeGreaterThan(250);
    expect(report.repeated).toBeGreaterThan(0);
    expect(mostStrands).toBeGreaterThan(1);
  },
);
