/**
 * What a transaction stores beside its events: how far a shard group is published, and by what the database that is meant can
 * be known again. Pure: its form.
 */
import type { Cursor } from "../cursors/cursor.ts";
import { parseSnapshot } from "../cursors/snapshot.ts";
import { RelayError } from "../errors.ts";
import type { RelayMark } from "../sql/relay-marks.ts";

const VERSION = 2;

export interface RelayBookmark {
  readonly cursor: Cursor;
  /** Of the lease that it was written under. */
  readonly epoch: bigint;
  /** Of the database then. */
  readonly timeline: number;
  /** Of a state of the database that remembers all of this. */
  readonly mark: RelayMark;
  /** Rows that are no part of what the cursor covers and were published all the same: dead letters, redriven. */
  readonly redriven: readonly number[];
}

export function writeBookmark({ cursor, epoch, timeline, mark, redriven }: RelayBookmark): string {
  const { s1, s2, lastId } = cursor;
  const stored: StoredBookmark = {
    v: VERSION,
    s1: s1.text,
    s2: s2?.text ?? null,
    lastId,
    epoch: String(epoch),
    timeline,
    ...mark,
  };
  return JSON.stringify(redriven.length === 0 ? stored : { ...stored, redriven: differences(redriven) });
}

/** Each id as what it is above the one before: a batch of ids must fit into a record. */
function differences(ids: readonly number[]): number[] {
  return ids.map((id, index) => id - (ids[index - 1] ?? 0));
}

/** @throws RelayError CURSORS_DISAGREE when another version of the relay wrote it, or nobody that we know of */
export function readBookmark(text: string): RelayBookmark {
  try {
    const stored: unknown = JSON.parse(text);
    if (!isStored(stored)) throw new SyntaxError("its form is unknown");
    const { lastId, timeline, session, mark } = stored;
    const s2 = stored.s2 === null ? null : parseSnapshot(stored.s2);
    const cursor = { s1: parseSnapshot(stored.s1), s2, lastId };
    let id = 0;
    const redriven = (stored.redriven ?? []).map((difference) => (id += difference));
    return { cursor, epoch: BigInt(stored.epoch), timeline, mark: { session, mark }, redriven };
  } catch (error) {
    throw new RelayError(
      "CURSORS_DISAGREE",
      `a cursor in Kafka cannot be read: ${error instanceof Error ? error.message : String(error)}. Another version of ` +
        "the relay wrote it, or someone else did: use that version, or give --cursor-topic another topic.",
      { cause: error },
    );
  }
}

interface StoredBookmark extends RelayMark {
  readonly v: typeof VERSION;
  readonly s1: string;
  readonly s2: string | null;
  readonly lastId: number;
  readonly epoch: string;
  readonly timeline: number;
  readonly redriven?: readonly number[];
}

function isStored(value: unknown): value is StoredBookmark {
  if (typeof value !== "object" || value === null) return false;
  const fields = value as Readonly<Record<keyof StoredBookmark, unknown>>;
  return (
    fields.v === VERSION &&
    typeof fields.s1 === "string" &&
    (fields.s2 === null || typeof fields.s2 === "string") &&
    Number.isSafeInteger(fields.lastId) &&
    typeof fields.epoch === "string" &&
    Number.isSafeInteger(fields.timeline) &&
    typeof fields.session === "string" &&
    Number.isSafeInteger(fields.mark) &&
    (fields.redriven === undefined || (Array.isArray(fields.redriven) && fields.redriven.every(Number.isSafeInteger)))
  );
}
