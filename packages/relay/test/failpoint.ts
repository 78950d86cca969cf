import { randomInt } from "node:crypto";
import { eventually } from "@waybill/harness";
import type pg from "pg";
import { connect } from "./outbox-database.ts";

/**
 * A place where whoever changes a table stops, in the middle of its statement, until the test says what becomes of it.
 *
 *   armed ──► somebody reaches it ──┬── release: the statement goes on and commits, though its client may be dead
 *                                   └── cut: the server forgets it
 */
export interface Failpoint {
  /** Resolves when somebody stands at it. */
  reached(): Promise<void>;
  release(): Promise<void>;
  /** Safe to call after either. */
  cut(): Promise<void>;
}

/** What of which table. The condition names OLD and NEW. */
export interface FailpointPlace {
  readonly table: "waybill.relay_cursor" | "waybill.relay_instance";
  readonly when: string;
}

/** Real triggers and a real lock in the database: the process under test runs its own code and no other. */
export async function armFailpoint(url: string, { table, when }: FailpointPlace): Promise<Failpoint> {
  const key = randomInt(2 ** 31 - 1);
  const client = await connect(url);
  await client.query("SELECT pg_advisory_lock($1)", [key]);
  await client.query(`
    CREATE OR REPLACE FUNCTION waybill.failpoint() RETURNS trigger LANGUAGE plpgsql
      AS $$ BEGIN PERFORM pg_advisory_xact_lock_shared(${key}); RETURN NEW; END $$;
    CREATE TRIGGER failpoint BEFORE UPDATE ON ${table} FOR EACH ROW WHEN (${when})
      EXECUTE FUNCTION waybill.failpoint()`);
  let isArmed = true;
  const disarm = async () => {
    isArmed = false;
    await client.query("DROP FUNCTION waybill.failpoint CASCADE");
    await client.end();
  };
  return {
    reached: () => eventually(async () => (await waiting(client, key)).length > 0).then(() => undefined),
    async release() {
      await client.query("SELECT pg_advisory_unlock($1)", [key]);
      await disarm();
    },
    async cut() {
      if (!isArmed) return;
      const pids = await waiting(client, key);
      await client.query("SELECT pg_terminate_backend(pid, 10000) FROM unnest($1::int[]) AS pid", [pids]);
      await disarm();
    },
  };
}

async function waiting(client: pg.Client, key: number): Promise<number[]> {
  const { rows } = await client.query<{ pid: number }>(
    "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid::bigint = $1 AND NOT granted",
    [key],
  );
  return rows.map(({ pid }) => pid);
}
