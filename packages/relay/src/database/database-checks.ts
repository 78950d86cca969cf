import type { Cursor } from "../cursors/cursor.ts";
import { RelayError } from "../errors.ts";
import type { DatabaseIdentity } from "../sql/database-identity.ts";
import type { XidState } from "../sql/database-state.ts";
import type { Snapshot } from "../cursors/snapshot.ts";

const ADOPT = "`outbox-relay adopt --help` tells how to go on.";

/**
 * Whether the cursor was made in this very database. Transaction ids mean nothing elsewhere: compared with another
 * cluster's, unpublished events look published and are lost.
 *
 * A higher timeline of the same cluster is a failover or a recovery: there the cursor came along with the rows, so
 * both agree, and the relay goes on.
 *
 * @throws RelayError DATABASE_CHANGED
 */
export function checkIdentity(stored: DatabaseIdentity | null, current: DatabaseIdentity): void {
  if (stored === null) return;
  const differences: string[] = [];
  if (differ(stored.systemIdentifier, current.systemIdentifier)) {
    differences.push(`system identifier ${current.systemIdentifier} instead of ${stored.systemIdentifier}`);
  }
  if (stored.databaseOid !== current.databaseOid) {
    differences.push(`database oid ${current.databaseOid} instead of ${stored.databaseOid}`);
  }
  if (stored.timeline !== null && current.timeline !== null && current.timeline < stored.timeline) {
    differences.push(`timeline ${current.timeline}, which is before ${stored.timeline}`);
  }
  if (differences.length === 0) return;
  throw new RelayError(
    "DATABASE_CHANGED",
    `the relay's cursor was made in another database (this one has ${differences.join(" and ")}), so its transaction ` +
      `ids do not tell here what is published. This is a restored dump, a logical copy or an upgraded cluster. ${ADOPT}`,
  );
}

/** A value that one side does not tell is no difference. */
function differ(a: string | null, b: string | null): boolean {
  return a !== null && b !== null && a !== b;
}

/** @throws RelayError XIDS_WENT_BACK when the database gives out transaction ids again that the cursor has seen */
export function checkXids(cursor: Cursor, now: Snapshot): void {
  const seen = cursor.s2 ?? cursor.s1;
  if (seen.xmax <= now.xmax) return;
  throw new RelayError(
    "XIDS_WENT_BACK",
    `the relay's cursor has seen transaction ids up to ${seen.xmax}, but this database is only at ${now.xmax}: new ` +
      `events would look published. This is a restored dump or a copy. ${ADOPT}`,
  );
}

/** @throws RelayError XIDS_WENT_BACK when rows bear transaction ids that the database has yet to give out */
export function checkForeignXids({ hasForeignXids, snapshot }: XidState): void {
  if (!hasForeignXids) return;
  throw new RelayError(
    "XIDS_WENT_BACK",
    `waybill.outbox holds rows with transaction ids from ${snapshot.xmax} on, which this database has not given out ` +
      `yet: they were written in another one and copied here. ${ADOPT}`,
  );
}
