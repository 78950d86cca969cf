/**
 * A session of the reader: the connection that holds the instance lock, and the reader that works through it.
 *
 *   CONNECT ──► settings ──► not a standby ──► migrated ──► LOCK ──► cursor made here? ──► CLAIM (epoch + 1) ──► open
 *
 * Whatever fails on the way or later ends the session whole. The next one reloads the cursor from the database: after a
 * crash of the server that lost asynchronous commits, transaction ids are given out again, and a cursor kept in memory
 * would take new events for published ones.
 */
import { Socket } from "node:net";
import { hostname } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { connectToPostgres, databasePlace } from "./connect-to-postgres.ts";
import { checkForeignXids, checkIdentity, checkXids } from "./database-checks.ts";
import { requireUsableDatabase } from "./database-requirements.ts";
import { messageOf, RelayError } from "./errors.ts";
import { OutboxReader, type OutboxReaderOptions } from "./outbox-reader.ts";
import { claimCursor, loadCursor } from "./sql/cursor-store.ts";
import { readDatabaseIdentity } from "./sql/database-identity.ts";
import { readServerState, readXidState } from "./sql/database-state.ts";
import { lockInstance } from "./sql/instance-lock.ts";
import { sessionSettings } from "./sql/session-settings.ts";

export interface DatabaseSessionOptions extends OutboxReaderOptions {
  /** PostgreSQL connection URL. */
  readonly databaseUrl: string;
  readonly connectTimeoutMs: number;
  /** Takes what is odd but no reason to stop. */
  readonly warn: (message: string) => void;
}

export interface DatabaseSession {
  readonly client: pg.Client;
  readonly reader: OutboxReader;
  /** How far the database's clock is ahead of ours, in milliseconds. */
  readonly clockAheadMs: number;
  /** Aborted when the connection, and with it the lock, is gone. */
  readonly lost: AbortSignal;
  close(): Promise<void>;
  /** Cuts the connection without a word, for one that does not answer. */
  destroy(): void;
}

/** How long a goodbye may take. */
const CLOSE_MS = 1_000;

/** @throws RelayError */
export async function openDatabaseSession(options: DatabaseSessionOptions): Promise<DatabaseSession> {
  const socket = new Socket();
  const client = new pg.Client({
    connectionString: options.databaseUrl,
    application_name: `outbox-relay ${hostname()} ${process.pid}`,
    connectionTimeoutMillis: options.connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    stream: () => socket,
  });
  const lost = new AbortController();
  const lose = (error?: Error) =>
    lost.abort(new RelayError("DATABASE_UNREACHABLE", `the connection to PostgreSQL was lost: ${lossReason(error)}`));
  client.on("error", lose); // without a listener a lost connection would end the process
  client.on("end", () => lose());
  const destroy = () => {
    socket.destroy();
    lose();
  };
  try {
    await connectToPostgres(client, options.databaseUrl);
    const { reader, clockAheadMs } = await takeOver(client, options);
    const close = async () => {
      await endQuietly(client, socket);
      lose();
    };
    return { client, reader, clockAheadMs, lost: lost.signal, close, destroy };
  } catch (error) {
    await endQuietly(client, socket);
    throw RelayError.is(error) ? error : describe(error, options.databaseUrl);
  }
}

async function takeOver(
  client: pg.Client,
  options: DatabaseSessionOptions,
): Promise<{ reader: OutboxReader; clockAheadMs: number }> {
  await client.query(sessionSettings);
  await requireUsableDatabase(client, options.databaseUrl);
  await lockInstance(client, options.databaseUrl);
  const { cursor, identity: stored } = await loadCursor(client);
  const current = await readDatabaseIdentity(client);
  const xids = await readXidState(client);
  checkIdentity(stored, current);
  checkXids(cursor, xids.snapshot);
  checkForeignXids(xids);
  if (stored !== null && stored.timeline !== current.timeline) {
    options.warn(
      `the database went from timeline ${stored.timeline} to ${current.timeline}: a failover or a recovery. The cursor ` +
        "came along with the rows, so nothing is lost; events published after the point of recovery may come again.",
    );
  }
  if (xids.lastSequenceId !== null && xids.lastSequenceId < cursor.lastId) {
    options.warn(
      `the sequence of waybill.outbox.id is at ${xids.lastSequenceId}, below the published id ${cursor.lastId}: it was ` +
        "set back, and new events may overtake older ones of their key. Set it above the highest id.",
    );
  }
  const server = await readServerState(client);
  if (server.backendPid !== backendPid(client)) {
    options.warn(
      "a pooler stands between the relay and PostgreSQL. In transaction mode neither the lock against a second relay " +
        "nor the session's settings hold: connect the relay directly, or in session mode.",
    );
  }
  const epoch = await claimCursor(client, current, `outbox-relay ${hostname()} ${process.pid}`);
  return { reader: new OutboxReader(client, epoch, cursor, options), clockAheadMs: server.now.getTime() - Date.now() };
}

/** What the server told when it connected; a pooler tells its own. `pg` types do not list it. */
function backendPid(client: pg.Client): number | null {
  const pid: unknown = Reflect.get(client, "processID");
  return typeof pid === "number" ? pid : null;
}

/** With a goodbye where there is someone to hear it: the server then gives the lock back at once. */
async function endQuietly(client: pg.Client, socket: Socket): Promise<void> {
  if (socket.readyState === "open") {
    const closed = new Promise((resolve) => socket.once("close", resolve));
    await Promise.race([client.end().then(() => closed), delay(CLOSE_MS, undefined, { ref: false })]);
  }
  socket.destroy();
}

function describe(error: unknown, databaseUrl: string): RelayError {
  const code = error instanceof pg.DatabaseError ? ` (SQLSTATE ${error.code})` : "";
  return new RelayError(
    "DATABASE_UNREACHABLE",
    `PostgreSQL at ${databasePlace(databaseUrl)} does not let the relay work: ${messageOf(error)}${code}. Its role needs USAGE ` +
      "on the schema waybill, SELECT on its tables and UPDATE on waybill.relay_cursor.",
    { cause: error },
  );
}

function lossReason(error: Error | undefined): string {
  return error === undefined ? "it was closed" : messageOf(error);
}
