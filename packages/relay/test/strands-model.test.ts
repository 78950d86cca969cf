/**
 * Strands against a model of PostgreSQL and of the relay around them: writers, batches in flight, refused rows, saves,
 * crashes, groups that change hands, instances that were paused and go on, all in random order by a seed.
 *
 * `WAYBILL_TEST_SEED` begins elsewhere; a failure names the seed of its run.
 */
import { describe, expect, it } from "@jest/globals";
import type { Cursor } from "../src/cursors/cursor.ts";
import { SHARD_GROUPS } from "../src/cursors/shard-groups.ts";
import { parseSnapshot } from "../src/cursors/snapshot.ts";
import type { RowView } from "../src/publishers/lane-publisher.ts";
import type { Batch } from "../src/reader/strand.ts";
import { Strands } from "../src/reader/strands.ts";
import { rowKey } from "../src/rows/row-view.ts";
import { DeliveryChecker } from "./delivery-checker.ts";
import { ModelOutbox } from "./model-outbox.ts";
import { seededRandom } from "./seeded-random.ts";

const FIRST_SEED = Number(process.env["WAYBILL_TEST_SEED"] ?? 1);
const RUNS = 40;
const STEPS = 500;
/** xid8 goes on where 32 bits end, and past what a number holds. */
const firstXids = [3n, 2n ** 32n - 20n, 2n ** 53n - 20n];

interface Delivery {
  readonly key: string;
  readonly version: number;
  readonly id: number;
}

/** A row of waybill.relay_cursor. */
interface StoredGroup {
  cursor: Cursor;
  epoch: number;
  holder: ModelInstance | null;
}

/** What the publish loop does with strands, one step at a time, so that anything may happen between two of them. */
class ModelInstance {
  readonly #world: ModelWorld;
  readonly #epochs = new Map<number, number>();
  readonly #strands: Strands;
  #filled: Delivery[] = [];
  /** One batch, of which a prefix may be stored already. */
  #inFlight: { readonly batch: Batch; readonly deliveries: readonly Delivery[] } | null = null;
  #refusedFrom = Number.POSITIVE_INFINITY;

  constructor(world: ModelWorld, batchSize: number) {
    this.#world = world;
    this.#strands = new Strands({ reads: world.outbox, batchSize, maxBatchBytes: 40 });
  }

  get strandCount(): number {
    return this.#strands.all.length;
  }

  claim(count: number): void {
    const { stored } = this.#world;
    const free = [...stored.keys()].filter((group) => stored.get(group)?.holder === null).slice(0, count);
    const claimed = free.map((group) => {
      const row = stored.get(group) as StoredGroup;
      row.holder = this;
      row.epoch++;
      this.#epochs.set(group, row.epoch);
      return { group, cursor: row.cursor };
    });
    this.#strands.add(claimed);
  }

  /** A round of the loop; false when it found nothing. */
  async readOnce(): Promise<boolean> {
    let found = false;
    for (const strand of this.#strands.all) {
      this.#filled = [];
      const batch = await strand.read({ take: (row) => this.#take(row) }, this.#strands.windowEnd(strand));
      if (batch === null) continue;
      found = true;
      this.settle();
      this.#inFlight = { batch, deliveries: this.#filled };
    }
    this.#strands.join();
    const isQuiet = !found && this.#inFlight === null && !this.#strands.all.some(({ isInWindow }) => isInWindow);
    if (isQuiet) this.#strands.acknowledgeAll();
    return !isQuiet;
  }

  /** The batch in flight is acknowledged. */
  settle(): void {
    if (this.#inFlight === null) return;
    const { batch, deliveries } = this.#inFlight;
    this.#world.deliver(deliveries);
    this.#strands.acknowledge(batch);
    this.#inFlight = null;
  }

  /** The batch in flight is held at one of its events. */
  settlePart(): void {
    if (this.#inFlight === null) return;
    const { batch, deliveries } = this.#inFlight;
    const prefix = deliveries.slice(0, this.#world.below(deliveries.length + 1));
    this.#world.deliver(prefix);
    const last = prefix.at(-1);
    if (last !== undefined) this.#strands.acknowledgePart(batch, batch.partial(last.id));
  }

  /** Everything read and not acknowledged is forgotten; a prefix of it may be stored. */
  rewind(): void {
    this.#loseFlight();
    this.#strands.rewind();
  }

  /** @returns false when fenced */
  save(): boolean {
    for (const [group, cursor] of this.#strands.acknowledged) {
      const row = this.#world.stored.get(group) as StoredGroup;
      if (row.epoch !== this.#epochs.get(group)) return false;
      row.cursor = cursor;
    }
    return true;
  }

  release(count: number): void {
    const groups = [...this.#strands.acknowledged.keys()].slice(0, count);
    this.settle();
    if (!this.save()) return;
    this.#strands.remove(groups);
    for (const group of groups) this.#world.free(group, this.#epochs.get(group));
  }

  /** SIGKILL: what is in flight may be stored in part, nothing is saved. */
  kill(): void {
    this.#loseFlight();
    for (const group of this.#strands.acknowledged.keys()) this.#world.free(group, this.#epochs.get(group));
  }

  /** Its leases run out while it is paused: it does not know. */
  expire(): void {
    for (const group of this.#strands.acknowledged.keys()) this.#world.free(group, this.#epochs.get(group));
  }

  refuse(from: number): void {
    this.#refusedFrom = from;
  }

  #loseFlight(): void {
    if (this.#inFlight === null) return;
    const { deliveries } = this.#inFlight;
    this.#world.deliver(deliveries.slice(0, this.#world.below(deliveries.length + 1)));
    this.#inFlight = null;
  }

  #take(row: RowView): boolean | Promise<boolean> {
    if (row.id >= this.#refusedFrom) return false;
    const version = Number(row.bytes.toString("latin1", row.payloadStart, row.payloadEnd));
    this.#filled.push({ key: String(rowKey(row)), version, id: row.id });
    return this.#world.below(4) === 0 ? Promise.resolve(true) : true; // a look-up on the way
  }
}

class ModelWorld {
  readonly outbox: ModelOutbox;
  readonly checker = new DeliveryChecker();
  readonly stored = new Map<number, StoredGroup>();
  readonly random: () => number;
  deliveries = 0;

  constructor(seed: number) {
    this.random = seededRandom(seed);
    const firstXid = firstXids[seed % firstXids.length] as bigint;
    this.outbox = new ModelOutbox({ random: this.random, meanwhile: () => this.write(this.below(3)), firstXid });
    const cursor: Cursor = { s1: parseSnapshot(`${firstXid}:${firstXid}:`), s2: null, lastId: 0 };
    for (let group = 0; group < SHARD_GROUPS; group++) this.stored.set(group, { cursor, epoch: 0, holder: null });
  }

  below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  write(steps: number): void {
    if (this.isQuiet) return;
    for (let step = 0; step < steps; step++) this.outbox.writeOnce();
  }

  isQuiet = false;

  deliver(deliveries: readonly Delivery[]): void {
    for (const { key, version } of deliveries) this.checker.deliver(key, version);
    this.deliveries += deliveries.length;
  }

  free(group: number, epoch: number | undefined): void {
    const row = this.stored.get(group) as StoredGroup;
    if (row.epoch === epoch) row.holder = null;
  }

  report() {
    return this.checker.compare(this.outbox.committed.map(({ key, version }) => ({ key: `key-${key}`, version })));
  }
}

interface Faults {
  readonly kills: boolean;
  readonly pauses: boolean;
  readonly refusals: boolean;
  readonly handOvers: boolean;
}

async function run(seed: number, faults: Faults) {
  const world = new ModelWorld(seed);
  const batchSize = [2, 5, 1_000][world.below(3)] as number;
  const open = () => new ModelInstance(world, batchSize);
  const instances = [open(), open()];
  const pick = () => world.below(instances.length);
  let mostStrands = 0;
  for (let step = 0; step < STEPS; step++) {
    world.write(world.below(4));
    const index = pick();
    const instance = instances[index] as ModelInstance;
    const dice = world.random();
    if (dice < 0.5) await instance.readOnce();
    else if (dice < 0.65) instance.settle();
    else if (dice < 0.8) replaceWhenFenced(instance, index);
    else if (dice < 0.86) instance.claim(1 + world.below(4));
    else if (dice < 0.9 && faults.handOvers) instance.release(1 + world.below(3));
    else if (dice < 0.93 && faults.handOvers) instance.rewind();
    else if (dice < 0.95 && faults.refusals) {
      instance.settlePart();
      instance.rewind();
    } else if (dice < 0.97 && faults.refusals) instance.refuse(1 + world.below(200));
    else if (dice < 0.98 && faults.pauses) {
      instance.expire();
      instances.push(open()); // its successor; it goes on itself, until a save fails
    } else if (dice < 0.99 && faults.kills) {
      instance.kill();
      instances[index] = open();
    }
    mostStrands = Math.max(mostStrands, instance.strandCount);
  }
  await drain();
  return { ...world.report(), batchSize, mostStrands };

  function replaceWhenFenced(instance: ModelInstance, index: number): void {
    if (instance.save()) return;
    instance.kill();
    instances[index] = open();
  }

  async function drain(): Promise<void> {
    world.outbox.endWriters();
    world.isQuiet = true;
    for (let quiet = 0; quiet < 3; ) {
      let isQuiet = true;
      for (const [index, instance] of instances.entries()) {
        instance.refuse(Number.POSITIVE_INFINITY);
        instance.claim(SHARD_GROUPS);
        if (await instance.readOnce()) isQuiet = false;
        instance.settle();
        replaceWhenFenced(instance, index);
      }
      quiet = isQuiet ? quiet + 1 : 0;
    }
  }
}

const none: Faults = { kills: false, pauses: false, refusals: false, handOvers: false };

describe.each([
  { name: "two instances that claim", faults: none, mayRepeat: false },
  { name: "refused rows and held batches", faults: { ...none, refusals: true }, mayRepeat: true },
  { name: "groups that change hands", faults: { ...none, handOvers: true }, mayRepeat: true },
  { name: "kills", faults: { ...none, kills: true }, mayRepeat: true },
  { name: "pauses beyond the lease", faults: { ...none, pauses: true }, mayRepeat: true },
  {
    name: "everything at once",
    faults: { kills: true, pauses: true, refusals: true, handOvers: true },
    mayRepeat: true,
  },
])("$name", ({ faults, mayRepeat }) => {
  it(`deliver every committed row, in order per key, ${mayRepeat ? "with repetitions" : "once"}`, async () => {
    let committed = 0;
    let repeated = 0;
    let mostStrands = 0;
    for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
      const report = await run(seed, faults);
      expect({ seed, ...report }).toMatchObject({ seed, lost: 0, inverted: 0, phantom: 0 });
      committed += report.committed;
      repeated += report.repeated;
      mostStrands = Math.max(mostStrands, report.mostStrands);
    }
    expect(committed).toBeGreaterThan(RUNS * 50);
    expect(mostStrands).toBeGreaterThan(1);
    if (mayRepeat) expect(repeated).toBeGreaterThan(0);
    else expect(repeated).toBe(0);
  });
});
