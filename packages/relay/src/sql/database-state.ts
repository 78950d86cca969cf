import type pg from "pg";
import { parseSnapshot, type Snapshot } from "../cursors/snapshot.ts";

/** Whether the server is a standby: its snapshots list no running transactions, so a reader would lose events. */
export async function isStandby(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ standby: boolean }>("SELECT pg_is_in_recovery() AS standby");
  return rows[0]?.standby === true;
}

/** The tables of the migrations that are not there. */
export async function missingTables(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT name FROM unnest(ARRAY['waybill.schema', 'waybill.outbox', 'waybill.relay_cursor', 'waybill.relay_instance',
       'waybill.dead_letter', 'waybill.discarded_event']) AS name
     WHERE to_regclass(name) IS NULL`,
  );
  return rows.map(({ name }) => name);
}

/** What the role may not do, as GRANT would allow it. */
export async function missingPrivileges(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT privilege || ' ON ' || relation AS name FROM (VALUES
       ('SELECT', 'waybill.outbox'), ('SELECT', 'waybill.schema'),
       ('SELECT', 'waybill.relay_cursor'), ('UPDATE', 'waybill.relay_cursor'),
       ('SELECT', 'waybill.relay_instance'), ('INSERT', 'waybill.relay_instance'),
       ('UPDATE', 'waybill.relay_instance'), ('DELETE', 'waybill.relay_instance'),
       ('SELECT', 'waybill.dead_letter'), ('INSERT', 'waybill.dead_letter'),
       ('UPDATE', 'waybill.dead_letter'), ('DELETE', 'waybill.dead_letter'),
       ('INSERT', 'waybill.discarded_event')
     ) AS needed (privilege, relation)
     WHERE NOT has_table_privilege(relation, privilege)
     UNION ALL
     SELECT 'SELECT ON ' || inhrelid::regclass FROM pg_inherits -- a backlog's bounds are asked of each slot
     WHERE inhparent = 'waybill.outbox'::regclass AND NOT has_table_privilege(inhrelid, 'SELECT')`,
  );
  return rows.map(({ name }) => name);
}

export interface XidState {
  readonly snapshot: Snapshot;
  /** Whether the outbox holds transaction ids that this cluster has not given out yet. */
  readonly hasForeignXids: boolean;
  /** The newest id that the outbox's sequence has given out; null when there is none, or the role may not see it. */
  readonly lastSequenceId: number | null;
}

/** Both in one statement, so that the snapshot is the one that the rows are seen with. */
export async function readXidState(client: pg.Client): Promise<XidState> {
  const { rows } = await client.query<{ snapshot: string; foreign_xids: boolean; last_id: string | null }>(
    `SELECT pg_current_snapshot()::text AS snapshot,
       EXISTS (SELECT FROM waybill.outbox WHERE xid >= pg_snapshot_xmax(pg_current_snapshot())) AS foreign_xids,
       CASE WHEN has_sequence_privilege(sequence, 'SELECT, USAGE') -- before PostgreSQL 17 it is an error to ask without
         THEN pg_sequence_last_value(sequence) END::text AS last_id
     FROM CAST(pg_get_serial_sequence('waybill.outbox', 'id') AS regclass) AS sequence`,
  );
  const row = rows[0] as { snapshot: string; foreign_xids: boolean; last_id: string | null };
  return {
    snapshot: parseSnapshot(row.snapshot),
    hasForeignXids: row.foreign_xids,
    lastSequenceId: row.last_id === null ? null : Number(row.last_id),
  };
}

export interface ServerState {
  /** Of the backend that really serves this session. */
  readonly backendPid: number;
  readonly now: Date;
  /** When the server started: tells servers apart. */
  readonly startedAt: string;
}

export async function readServerState(client: pg.Client): Promise<ServerState> {
  const { rows } = await client.query<{ pid: number; now: Date; started_at: string }>(
    `SELECT pg_backend_pid() AS pid, clock_timestamp() AS now,
       to_char(pg_postmaster_start_time() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US "UTC"') AS started_at`,
  );
  const row = rows[0] as { pid: number; now: Date; started_at: string };
  return { backendPid: row.pid, now: row.now, startedAt: row.started_at };
}
