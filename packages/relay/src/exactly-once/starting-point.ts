/**
 * Pure: where a group that was claimed goes on, by what its database and Kafka say of it.
 *
 * Both cursors are true where they were made: everything up to them is published or parked. So the later one repeats less
 * and loses nothing, provided that the database has the past that the bookmark tells of. The bookmark's mark shows it: the
 * database made that, and put it on disk, after all that the cursor's snapshots saw and after what was parked, and before
 * the bookmark was committed.
 *
 *   adopt was run since        ──► the database's cursor: it alone decides what is published
 *   the mark is there          ──► the later cursor, also after a failover: the new primary has all of it
 *   not, and a later timeline  ──► the database's cursor: a failover or a recovery that lost the end. That cursor came along
 *                                  with its rows, and is behind: what was published since comes again
 *   not, and the same timeline ──► refused: the files were set back, as a crash forgets no mark. Refused for good, as no
 *                                  transaction id, row or lease that is given out again makes a mark of that session
 */
import { type Cursor, isSamePosition } from "../cursors/cursor.ts";
import { isAtOrAfter } from "../cursors/snapshot.ts";
import { RelayError } from "../errors.ts";
import { adoptionOf } from "../sql/adopt-cursor.ts";
import type { RelayBookmark } from "./relay-bookmark.ts";

/** What the database says of a group that was just claimed. */
export interface DatabaseSide {
  readonly group: number;
  readonly cursor: Cursor;
  /** Of the claim. */
  readonly epoch: bigint;
  readonly timeline: number;
  /** Whether it has the bookmark's mark. */
  readonly hasMark: boolean;
}

/** Where to go on, and why the bookmark was left aside, where it was. */
export interface StartingPoint {
  readonly cursor: Cursor;
  readonly ignored: "adopted" | "failover" | null;
}

/** @throws RelayError XIDS_WENT_BACK, CURSORS_DISAGREE */
export function startingPoint(database: DatabaseSide, bookmark: RelayBookmark | null): StartingPoint {
  if (bookmark === null) return { cursor: database.cursor, ignored: null };
  const { epoch, timeline } = bookmark;
  if (adoptionOf(epoch) < adoptionOf(database.epoch)) return { cursor: database.cursor, ignored: "adopted" };
  if (database.hasMark) return { cursor: laterCursor(database.group, database.cursor, bookmark.cursor), ignored: null };
  if (timeline < database.timeline) return { cursor: database.cursor, ignored: "failover" };
  throw new RelayError(
    "XIDS_WENT_BACK",
    `the cursor of shard group ${database.group} in Kafka, of lease ${epoch} on timeline ${timeline}, tells of a state ` +
      `that this database, at lease ${database.epoch} on timeline ${database.timeline}, has never been in: it was set ` +
      "back to an earlier one, or a copy of it was published. `outbox-relay adopt --help` tells how to go on.",
  );
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
