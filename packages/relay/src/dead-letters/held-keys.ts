import { groupOf } from "../cursors/shard-groups.ts";
import type { RowView } from "../publishers/lane-publisher.ts";
import { rowKey } from "../rows/row-view.ts";

/** A topic's key that waits. */
export interface HeldKey {
  readonly shard: number;
  readonly topic: string;
  readonly key: string;
}

/**
 * How many keys of a shard group may be held, and how many characters they may have together: 8 groups with all of that
 * are about 20 MB. More is no matter of single events: publishing holds then, rather than to put a whole topic aside.
 */
export const HELD_LIMITS = { keys: 10_000, characters: 1_000_000 };

interface GroupSize {
  keys: number;
  characters: number;
}

/**
 * The keys whose later events wait, in memory, as every row is looked up here. Rows of shards without any cost a look into
 * an array.
 */
export class HeldKeys {
  readonly #limits: typeof HELD_LIMITS;
  /** By topic and key, its shard, and its first row that waits. */
  readonly #topics = new Map<string, Map<string, { readonly shard: number; readonly fromId: number }>>();
  readonly #ofShard = new Uint32Array(64);
  readonly #groups = new Map<number, GroupSize>();

  constructor(limits = HELD_LIMITS) {
    this.#limits = limits;
  }

  /**
   * Whether the row waits, or comes after an event of its key that does. One before that is read again because the cursor
   * that covers it was not saved, and belongs in front.
   */
  isBehind(row: RowView): boolean {
    if (this.#ofShard[row.shard] === 0 || row.keyStart < 0) return false;
    const keys = this.#topics.get(row.topic);
    const held = keys?.get(rowKey(row) as string);
    return held !== undefined && row.id >= held.fromId;
  }

  has({ topic, key }: HeldKey): boolean {
    return this.#topics.get(topic)?.has(key) === true;
  }

  /** Whether these keys, as far as they are not held already, can be held besides the others. */
  hasRoomFor(keys: readonly HeldKey[]): boolean {
    const added = new Map<number, GroupSize>();
    for (const held of new Map(keys.map((key) => [JSON.stringify([key.topic, key.key]), key])).values()) {
      if (this.has(held)) continue;
      const group = groupOf(held.shard);
      const size = added.get(group) ?? { ...(this.#groups.get(group) ?? { keys: 0, characters: 0 }) };
      size.keys++;
      size.characters += held.key.length;
      added.set(group, size);
    }
    const { keys: most, characters } = this.#limits;
    return [...added.values()].every((size) => size.keys <= most && (size.keys === 1 || size.characters <= characters));
  }

  /** Holds a key from a row on; room or not, as what is stored must be heeded. */
  hold(held: HeldKey, fromId: number): void {
    const { shard, topic, key } = held;
    const known = this.#topics.get(topic)?.get(key);
    if (known === undefined) this.#count(held, 1);
    const keys = this.#topics.get(topic) ?? new Map<string, { shard: number; fromId: number }>();
    this.#topics.set(topic, keys);
    keys.set(key, { shard, fromId: Math.min(fromId, known?.fromId ?? fromId) });
  }

  lift(held: HeldKey): void {
    if (!this.has(held)) return;
    this.#count(held, -1);
    const keys = this.#topics.get(held.topic);
    keys?.delete(held.key);
    if (keys?.size === 0) this.#topics.delete(held.topic);
  }

  /** Forgets all keys of some groups. */
  forget(groups: readonly number[]): void {
    for (const [topic, keys] of this.#topics) {
      for (const [key, { shard }] of keys) if (groups.includes(groupOf(shard))) this.lift({ shard, topic, key });
    }
  }

  #count({ shard, key }: HeldKey, by: 1 | -1): void {
    this.#ofShard[shard] = (this.#ofShard[shard] ?? 0) + by;
    const size = this.#groups.get(groupOf(shard)) ?? { keys: 0, characters: 0 };
    this.#groups.set(groupOf(shard), size);
    size.keys += by;
    size.characters += by * key.length;
  }
}
