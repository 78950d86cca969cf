/**
 * What a transaction stores beside its events: how far a shard group is published, and in which database that is meant.
 * Pure: what is believed of it on the next claim.
 */
import { createHash } from "node:crypto";
import { type Cursor, isSamePosition } from "../cursors/cursor.ts";
import { checkXids } from "../database/database-checks.ts";
import { RelayError } from "../errors.ts";
import { isAtOrAfter, parseSnapshot, type Snapshot } from "../cursors/snapshot.ts";
import type { DatabaseIdentity } from "../sql/database-identity.ts";
import { adoptionsOf } from "../sql/adopt-cursor.ts";

const VERSION = 1;

export interface RelayBookmark {
  readonly cursor: Cursor;
  /** Of the lease that it was written under. */
  readonly epoch: bigint;
  /** Of the database then. */
  readonly timeline: number;
  /** Rows that are no part of what the cursor covers and were published all the same: dead letters, redriven. */
  readonly redriven: readonly number[];
}

/** A database that can be told from all others: what exactly-once needs. */
export interface KnownDatabase {
  readonly systemIdentifier: string;
  readonly timeline: number;
  readonly databaseOid: number;
}

/** @throws RelayError EXACTLY_ONCE_IMPOSSIBLE */
export function requireKnownDatabase({ systemIdentifier, timeline, databaseOid }: DatabaseIdentity): KnownDatabase {
  if (systemIdentifier !== null && timeline !== null) return { systemIdentifier, timeline, databaseOid };
  const hidden = [systemIdentifier === null && "pg_control_system()", timeline === null && "pg_walfile_name()"];
  throw new RelayError(
    "EXACTLY_ONCE_IMPOSSIBLE",
    `this server does not tell ${hidden.filter((name) => name !== false).join(" and ")}, so a failover that loses commits ` +
      "could not be told from none: cursors kept in Kafka would then lose events. Grant the relay's role EXECUTE on " +
      "them, or run it with --delivery at-least-once.",
  );
}

/** Of the group in this database, whoever holds it: the transactional id that fences, and the name of its bookmarks. */
export function laneNames(
  prefix: string,
  { systemIdentifier, databaseOid }: KnownDatabase,
  group: number,
): { readonly transactionalId: string; readonly key: string } {
  const database = `${systemIdentifier}/${databaseOid}`;
  const hash = createHash("sha256").update(database).digest("hex").slice(0, 16);
  return { transactionalId: `${prefix}-${hash}-${group}`, key: `${database}/${group}` };
}

export function writeBookmark({ cursor, epoch, timeline, redriven }: RelayBookmark): string {
  const { s1, s2, lastId } = cursor;
  const stored: StoredBookmark = {
    v: VERSION,
    s1: s1.text,
    s2: s2?.text ?? null,
    lastId,
    epoch: String(epoch),
    timeline,
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
    const s2 = stored.s2 === null ? null : parseSnapshot(stored.s2);
    const cursor = { s1: parseSnapshot(stored.s1), s2, lastId: stored.lastId };
    let id = 0;
    const redriven = (stored.redriven ?? []).map((difference) => (id += difference));
    return { cursor, epoch: BigInt(stored.epoch), timeline: stored.timeline, redriven };
  } catch (error) {
    throw new RelayError(
      "CURSORS_DISAGREE",
      `a cursor in Kafka cannot be read: ${error instanceof Error ? error.message : String(error)}. A newer version of ` +
        "the relay wrote it, or someone else did: use that version, or give --cursor-topic another topic.",
      { cause: error },
    );
  }
}

interface StoredBookmark {
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
    (fields.redriven === undefined || (Array.isArray(fields.redriven) && fields.redriven.every(Number.isSafeInteger)))
  );
}

/** What the database says of a group that was just claimed. */
export interface DatabaseSide {
  readonly group: number;
  readonly cursor: Cursor;
  /** Of the claim. */
  readonly epoch: bigint;
  readonly timeline: number;
  /** Taken after the claim. */
  readonly now: Snapshot;
}

/** Where to go on, and why the bookmark was left aside, where it was. */
export interface StartingPoint {
  readonly cursor: Cursor;
  readonly ignored: "adopted" | "failover" | null;
}

/**
 * The later of both cursors. Each of them is true: everything up to it is published. So the later one repeats less, and
 * neither loses anything, provided that the database still is where the bookmark was made:
 *
 * - `adopt` was run since: what was published is decided by the database alone.
 * - On a later timeline the database may lack transactions that the bookmark has seen, and give their ids out again. Its own
 *   cursor came along with its rows, and is behind: what was published since comes again.
 * - On the same timeline the WAL was on disk up to the bookmark before that was committed, so a crash has lost nothing of
 *   it. A bookmark of a lease that was never given out, or of ids yet to come, shows that the database was set back.
 *
 * @throws RelayError XIDS_WENT_BACK, CURSORS_DISAGREE
 */
export function startingPoint(database: DatabaseSide, bookmark: RelayBookmark | null): StartingPoint {
  if (bookmark === null) return { cursor: database.cursor, ignored: null };
  if (adoptionsOf(bookmark.epoch) !== adoptionsOf(database.epoch))
    return { cursor: database.cursor, ignored: "adopted" };
  if (bookmark.timeline < database.timeline) return { cursor: database.cursor, ignored: "failover" };
  if (bookmark.timeline > database.timeline || bookmark.epoch >= database.epoch) {
    throw new RelayError(
      "XIDS_WENT_BACK",
      `the cursor of shard group ${database.group} in Kafka was written under lease ${bookmark.epoch} on timeline ` +
        `${bookmark.timeline}, but this database is at lease ${database.epoch} on timeline ${database.timeline}: it was ` +
        "set back to an earlier state. `outbox-relay adopt --help` tells how to go on.",
    );
  }
  checkXids(bookmark.cursor, database.now);
  return { cursor: laterCursor(database.group, database.cursor, bookmark.cursor), ignored: null };
}

function laterCursor(group: number, database: Cursor, kafka: Cursor): Cursor {
  if (isSamePosition(database, kafka)) return database;
  if (isLater(database, kafka)) return database;
  if (isLater(kafka, database)) return kafka;
  throw new RelayError(
    "CURSORS_DISAGREE",
    `the cursors of shard group ${group} in the database (${textOf(database)}) and in Kafka (${textOf(kafka)}) are of ` +
      "different windows: a relay without --delivery exactly-once worked between them and was cut off. Run one with " +
      "--delivery at-least-once until it has published what waits, then go back: some events come twice, none is lost.",
  );
}

/** Whether a reader that stood at `b` comes to stand at `a`, by going on. */
function isLater(a: Cursor, b: Cursor): boolean {
  if (a.s1.text !== b.s1.text) return isAtOrAfter(a.s1, b.s2 ?? b.s1);
  if (a.s2 === null) return false;
  if (b.s2 === null) return true;
  return a.s2.text === b.s2.text && a.lastId > b.lastId;
}

function textOf({ s1, s2, lastId }: Cursor): string {
  return s2 === null ? s1.text : `${s1.text} to ${s2.text}, behind row ${lastId}`;
}
