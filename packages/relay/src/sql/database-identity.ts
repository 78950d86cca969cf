import pg from "pg";

/** What transaction ids belong to. */
export interface DatabaseIdentity {
  /** Of the cluster, given by initdb; null where the server does not tell. */
  readonly systemIdentifier: string | null;
  /** Raised by every promotion of a standby and every point-in-time recovery; null where the server does not tell. */
  readonly timeline: number | null;
  readonly databaseOid: number;
}

/** Managed servers hide some functions: permission denied, undefined, or not supported. */
const hiddenCodes = new Set(["42501", "42883", "0A000"]);

/** The database that the client is connected to. Not for a standby, which cannot tell its timeline. */
export async function readDatabaseIdentity(client: pg.Client): Promise<DatabaseIdentity> {
  const oid = await client.query<{ oid: number }>("SELECT oid FROM pg_database WHERE datname = current_database()");
  const system = await unlessHidden(
    client.query<{ id: string }>("SELECT system_identifier::text AS id FROM pg_control_system()"),
  );
  // The first 8 hexadecimal digits of a WAL file's name are the timeline; the control file's own is that of the last
  // checkpoint, and so late after a promotion.
  const wal = await unlessHidden(
    client.query<{ name: string }>("SELECT pg_walfile_name(pg_current_wal_lsn()) AS name"),
  );
  return {
    systemIdentifier: system?.rows[0]?.id ?? null,
    timeline: wal?.rows[0] === undefined ? null : Number.parseInt(wal.rows[0].name.slice(0, 8), 16),
    databaseOid: (oid.rows[0] as { oid: number }).oid,
  };
}

async function unlessHidden<T>(result: Promise<T>): Promise<T | null> {
  try {
    return await result;
  } catch (error) {
    if (error instanceof pg.DatabaseError && hiddenCodes.has(error.code ?? "")) return null;
    throw error;
  }
}
