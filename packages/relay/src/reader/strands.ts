/**
 * The strands of an instance, and what of each group is acknowledged.
 *
 *   claimed groups ──► one strand for each distinct cursor
 *
 *   A ─────────S1────► polls                     A ──────────► A's S1
 *   B ───S1            reads (B's S1, A's S1] ►                B's S1 = A's S1: one strand from here on
 *
 * Of two strands between windows the one that is behind reads up to where the other stands, and then joins it: in the
 * steady state there is one strand, and one poll serves all shards. A strand inside a large window catches up alone, its
 * batches in turn with the others'.
 *
 * Reading runs ahead of acknowledging. What is acknowledged is kept for each group, so that whatever was read in vain is
 * read again from there, also when two strands joined meanwhile.
 */
import { type Cursor, isSamePosition } from "../cursors/cursor.ts";
import { isAtOrAfter, type Snapshot } from "../cursors/snapshot.ts";
import { type Batch, Strand, type StrandReader } from "./strand.ts";

/** A group and where it stands. */
export interface GroupCursor {
  readonly group: number;
  readonly cursor: Cursor;
}

export class Strands {
  readonly #reader: StrandReader;
  #strands: Strand[] = [];
  readonly #acknowledged = new Map<number, Cursor>();
  #publishedId = 0;

  constructor(reader: StrandReader) {
    this.#reader = reader;
  }

  get all(): readonly Strand[] {
    return this.#strands;
  }

  /** All groups, with the cursors behind which everything is acknowledged. */
  get acknowledged(): ReadonlyMap<number, Cursor> {
    return this.#acknowledged;
  }

  /** The highest id acknowledged, as far as these strands know. */
  get publishedId(): number {
    return this.#publishedId;
  }

  add(claimed: readonly GroupCursor[]): void {
    for (const { group, cursor } of claimed) this.#acknowledged.set(group, cursor);
    this.#strands.push(...this.#strandsOf(claimed));
    this.#noteIds();
    this.join();
  }

  /** Forgets groups; nothing of them may be in flight. */
  remove(groups: readonly number[]): void {
    for (const group of groups) this.#acknowledged.delete(group);
    this.#strands = this.#strands
      .map((strand) => {
        const kept = strand.groups.filter((group) => !groups.includes(group));
        return kept.length === strand.groups.length ? strand : new Strand(this.#reader, kept, strand.position);
      })
      .filter((strand) => strand.groups.length > 0);
  }

  /** All events that these groups have in the batch are acknowledged. */
  acknowledge({ groups, next, lastId }: Pick<Batch, "groups" | "next" | "lastId">): void {
    for (const group of groups) this.#acknowledged.set(group, next);
    this.#publishedId = Math.max(this.#publishedId, lastId);
  }

  /** Those up to a cursor inside its window are. */
  acknowledgePart({ groups }: Batch, cursor: Cursor): void {
    for (const group of groups) this.#acknowledged.set(group, cursor);
    this.#publishedId = Math.max(this.#publishedId, cursor.lastId);
  }

  /** Everything read is acknowledged: what was walked over without an event counts as well. */
  acknowledgeAll(): void {
    for (const strand of this.#strands) {
      for (const group of strand.groups) this.#acknowledged.set(group, strand.position);
    }
  }

  /** Back to what is acknowledged: everything read since is read again. */
  rewind(): void {
    this.#strands = this.#strandsOf([...this.#acknowledged].map(([group, cursor]) => ({ group, cursor })));
  }

  /** Where the strand's next window shall end: where another stands already, or null for now. */
  windowEnd(strand: Strand): Snapshot | null {
    const { s1 } = strand.position;
    const ahead = this.#strands.find(
      (other) => other !== strand && !other.isInWindow && isAtOrAfter(other.position.s1, s1),
    );
    return ahead === undefined ? null : ahead.position.s1;
  }

  /** Makes one of strands that stand at the same place. */
  join(): void {
    for (let first = 0; first < this.#strands.length; first++) {
      const strand = this.#strands[first] as Strand;
      const same = this.#strands.filter((other) => isSamePosition(other.position, strand.position));
      if (same.length === 1) continue;
      const groups = same.flatMap((other) => other.groups);
      const others = this.#strands.filter((other) => !same.includes(other));
      this.#strands = [new Strand(this.#reader, groups, strand.position), ...others];
      first = 0;
    }
  }

  #strandsOf(cursors: readonly GroupCursor[]): Strand[] {
    const strands: Strand[] = [];
    const left = [...cursors];
    for (let first = left.shift(); first !== undefined; first = left.shift()) {
      const { cursor } = first;
      const same = left.filter((other) => isSamePosition(other.cursor, cursor));
      for (const other of same) left.splice(left.indexOf(other), 1);
      strands.push(
        new Strand(
          this.#reader,
          [first, ...same].map(({ group }) => group),
          cursor,
        ),
      );
    }
    return strands;
  }

  #noteIds(): void {
    for (const { lastId } of this.#acknowledged.values()) this.#publishedId = Math.max(this.#publishedId, lastId);
  }
}
