/** What the inbox needs of a Prisma transaction client, by structure. */
export interface InboxTransaction {
  $executeRaw(query: TemplateStringsArray, ...values: readonly unknown[]): PromiseLike<number>;
}

/** What the inbox needs of a Prisma client, by structure. */
export interface InboxClient extends InboxTransaction {
  $queryRaw<Row>(query: TemplateStringsArray, ...values: readonly unknown[]): PromiseLike<Row>;
}

/**
 * Enters the event into the inbox of the group; false when it is there already. While another transaction that
 * entered the same event is open this waits for its end: if that one commits the answer is false, else true.
 */
export async function enterInbox(tx: InboxTransaction, groupId: string, eventId: string): Promise<boolean> {
  const inserted = await tx.$executeRaw`
    INSERT INTO waybill.inbox (group_id, event_id) VALUES (${groupId}, ${eventId}::uuid) ON CONFLICT DO NOTHING`;
  return inserted === 1;
}

/** Whether the database has the inbox table. Fails when the database cannot be reached. */
export async function inboxExists(prisma: InboxClient): Promise<boolean> {
  const rows = await prisma.$queryRaw<{ found: boolean }[]>`SELECT to_regclass('waybill.inbox') IS NOT NULL AS found`;
  return rows[0]?.found === true;
}

/** What {@link pruneInbox} deletes, and how. */
export interface PruneInboxOptions {
  /**
   * Rows processed longer ago than this, in milliseconds by the database's clock, are deleted. Keep more than the
   * topics keep: an event that comes again after its row is gone is handled again.
   */
  readonly olderThanMs: number;
  /** Rows deleted in one transaction. Default 10,000: some 30 ms of locks on a small machine. */
  readonly batchRows?: number;
  /** Stops between two batches. */
  readonly signal?: AbortSignal;
}

/**
 * Deletes old inbox rows of every group, in batches, and returns how many. Run it from a scheduled job: daily is
 * enough.
 */
export async function pruneInbox(prisma: InboxTransaction, options: PruneInboxOptions): Promise<number> {
  const { olderThanMs, batchRows = 10_000, signal } = options;
  if (!(olderThanMs > 0)) throw new RangeError(`pruneInbox: olderThanMs is ${olderThanMs}, not a positive number`);
  let total = 0;
  while (signal?.aborted !== true) {
    const deleted = await prisma.$executeRaw`
      DELETE FROM waybill.inbox WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM waybill.inbox
        WHERE processed_at < clock_timestamp() - make_interval(secs => ${olderThanMs / 1000}::double precision)
        ORDER BY processed_at LIMIT ${batchRows}::int))`;
    total += deleted;
    if (deleted < batchRows) break;
  }
  return total;
}
