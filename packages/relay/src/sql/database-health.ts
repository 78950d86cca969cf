import type pg from "pg";

/** What the doctor asks of the server, before the session's settings are changed. */
export interface ServerFacts {
  /** `server_version_num`: 180004. */
  readonly version: number;
  readonly versionText: string;
  readonly synchronousCommit: string;
  readonly fsync: string;
  readonly role: string;
}

export async function readServerFacts(client: pg.Client): Promise<ServerFacts> {
  const { rows } = await client.query<ServerFacts>(
    `SELECT current_setting('server_version_num')::int AS version, current_setting('server_version') AS "versionText",
       current_setting('synchronous_commit') AS "synchronousCommit", current_setting('fsync') AS fsync,
       current_user AS role`,
  );
  return rows[0] as ServerFacts;
}

/** How far the database's clock is ahead of ours, give or take half of the round trip. */
export interface ClockDifference {
  readonly aheadMs: number;
  readonly roundTripMs: number;
}

export async function measureClock(client: pg.Client): Promise<ClockDifference> {
  const askedAt = Date.now();
  const { rows } = await client.query<{ now: Date }>("SELECT clock_timestamp() AS now");
  const answeredAt = Date.now();
  const now = (rows[0] as { now: Date }).now.getTime();
  return { aheadMs: now - (askedAt + answeredAt) / 2, roundTripMs: answeredAt - askedAt };
}

/** The newest id that the sequence gave out, and how many it hands out at once. Null where the role may not see it. */
export interface SequenceFacts {
  readonly cache: number | null;
  readonly lastId: number | null;
}

export async function readSequence(client: pg.Client): Promise<SequenceFacts> {
  const { rows } = await client.query<{ cache: string | null; last_id: string | null }>(
    `SELECT s.seqcache::text AS cache,
       CASE WHEN has_sequence_privilege(s.seqrelid, 'SELECT, USAGE') THEN pg_sequence_last_value(s.seqrelid) END::text
         AS last_id
     FROM pg_sequence AS s WHERE s.seqrelid = pg_get_serial_sequence('waybill.outbox', 'id')::regclass`,
  );
  const [row] = rows;
  return {
    cache: row?.cache == null ? null : Number(row.cache),
    lastId: row?.last_id == null ? null : Number(row.last_id),
  };
}

/** A slot of the ring. */
export interface SlotFacts {
  readonly slot: string;
  readonly bytes: number;
  /** Whether autovacuum keeps away from it, and from its TOAST table. */
  readonly isAutovacuumOff: boolean;
}

export async function readSlots(client: pg.Client): Promise<SlotFacts[]> {
  const { rows } = await client.query<{ slot: string; bytes: string; off: boolean }>(
    `SELECT c.relname AS slot, pg_total_relation_size(c.oid)::text AS bytes,
       coalesce('autovacuum_enabled=off' = ANY (c.reloptions) OR 'autovacuum_enabled=false' = ANY (c.reloptions), false)
       AND coalesce('autovacuum_enabled=off' = ANY (t.reloptions) OR 'autovacuum_enabled=false' = ANY (t.reloptions),
         t.oid IS NULL) AS off
     FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid LEFT JOIN pg_class AS t ON t.oid = c.reltoastrelid
     WHERE i.inhparent = 'waybill.outbox'::regclass ORDER BY c.relname`,
  );
  return rows.map(({ slot, bytes, off }) => ({ slot, bytes: Number(bytes), isAutovacuumOff: off }));
}

/** Something that keeps an old snapshot or transaction open. */
export interface OldTransaction {
  readonly what: "session" | "prepared transaction";
  /** The backend's pid, or the prepared transaction's name. */
  readonly name: string;
  readonly user: string | null;
  readonly application: string | null;
  readonly state: string | null;
  readonly ageMs: number;
}

/** @param olderThanMs those that are younger are nobody's business */
export async function readOldTransactions(client: pg.Client, olderThanMs: number): Promise<OldTransaction[]> {
  const { rows } = await client.query<Omit<OldTransaction, "ageMs"> & { age_ms: number }>(
    `SELECT * FROM (
       SELECT 'session' AS what, pid::text AS name, usename AS user, application_name AS application, state,
         (extract(epoch FROM clock_timestamp() - xact_start) * 1000)::float8 AS age_ms
       FROM pg_stat_activity
       WHERE datname = current_database() AND xact_start IS NOT NULL AND pid <> pg_backend_pid()
         AND backend_type = 'client backend'
       UNION ALL
       SELECT 'prepared transaction', gid, owner, NULL, 'prepared',
         (extract(epoch FROM clock_timestamp() - prepared) * 1000)::float8
       FROM pg_prepared_xacts WHERE database = current_database()) AS t
     WHERE age_ms > $1 ORDER BY age_ms DESC LIMIT 20`,
    [olderThanMs],
  );
  return rows.map(({ age_ms, ...row }) => ({ ...row, ageMs: age_ms }));
}

/** The privileges that a relay needs and the role lacks, such as `UPDATE on waybill.relay_cursor`. */
export async function lackingPrivileges(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ missing: string }>(
    `SELECT needed.privilege || ' on ' || needed.name AS missing
     FROM (VALUES
       ('SELECT', 'waybill.outbox'), ('SELECT', 'waybill.schema'),
       ('SELECT', 'waybill.relay_cursor'), ('UPDATE', 'waybill.relay_cursor'),
       ('INSERT', 'waybill.relay_cursor'), ('TRUNCATE', 'waybill.relay_cursor'),
       ('SELECT', 'waybill.relay_instance'), ('INSERT', 'waybill.relay_instance'),
       ('UPDATE', 'waybill.relay_instance'), ('DELETE', 'waybill.relay_instance'),
       ('SELECT', 'waybill.dead_letter'), ('INSERT', 'waybill.dead_letter'),
       ('UPDATE', 'waybill.dead_letter'), ('DELETE', 'waybill.dead_letter'),
       ('INSERT', 'waybill.discarded_event'))
       AS needed (privilege, name)
     WHERE to_regclass(needed.name) IS NOT NULL AND NOT has_table_privilege(to_regclass(needed.name), needed.privilege)
     UNION ALL
     SELECT needed.privilege || ' on ' || i.inhrelid::regclass::text
     FROM pg_inherits AS i, (VALUES ('SELECT'), ('TRUNCATE')) AS needed (privilege)
     WHERE i.inhparent = to_regclass('waybill.outbox') AND NOT has_table_privilege(i.inhrelid, needed.privilege)`,
  );
  return rows.map(({ missing }) => missing);
}

/** Whether the role may use the schema at all: else every look at its tables is an error. */
export async function canUseSchema(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ usable: boolean }>(
    `SELECT coalesce(has_schema_privilege(to_regnamespace('waybill'), 'USAGE'), true) AS usable`,
  );
  return rows[0]?.usable === true;
}

/** The indexes of the outbox and its slots that are not valid: a reader cannot use them. */
export async function invalidIndexes(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT x.indexrelid::regclass::text AS name FROM pg_index AS x
     WHERE NOT x.indisvalid AND (x.indrelid = 'waybill.outbox'::regclass
       OR x.indrelid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = 'waybill.outbox'::regclass))`,
  );
  return rows.map(({ name }) => name);
}

/** What `waybill.migration` records, by name; null where the migrations were applied by other means, or the role may not see. */
export async function readAppliedMigrations(client: pg.Client): Promise<ReadonlyMap<string, string> | null> {
  const { rows: tables } = await client.query<{ found: boolean }>(
    "SELECT has_table_privilege(to_regclass('waybill.migration'), 'SELECT') IS TRUE AS found",
  );
  if (tables[0]?.found !== true) return null;
  const { rows } = await client.query<{ name: string; checksum: string }>(
    "SELECT name, checksum FROM waybill.migration",
  );
  return new Map(rows.map(({ name, checksum }) => [name, checksum]));
}
