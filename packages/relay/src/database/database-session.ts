/**
 * A session with the database: two connections that live and die together, and the leases held through them.
 *
 *   CONNECT both ──► same server ──► not a standby ──► migrated ──► cursors made here? ──► LEASES ──► open ──► ended
 *
 * The reader's connection is inside a COPY for as long as a backlog lasts. Leases, checkpoints, look-ups and everything
 * else go by the control connection, so that none of them waits for a slow broker.
 *
 * Whatever fails on the way or later ends the session whole: a lost connection, a lost lease, a failed save. The next one
 * reloads the cursors from the database: after a crash of the server that lost asynchronous commits, transaction ids are
 * given out again, and a cursor kept in memory would take new events for published ones.
 */
import { migrations } from "@waybill/outbox";
import type pg from "pg";
import { type Connection, openConnection } from "./connection.ts";
import { databasePlace } from "./connect-to-postgres.ts";
import { checkForeignXids, checkIdentity, checkXids } from "./database-checks.ts";
import { migrationProblem, requireUsableDatabase } from "./database-requirements.ts";
import { describeDatabaseError } from "./describe-database-error.ts";
import { messageOf, RelayError } from "../errors.ts";
import { LeaseKeeper } from "../leases/lease-keeper.ts";
import { loadCursors } from "../sql/cursor-store.ts";
import { readAppliedMigrations } from "../sql/database-health.ts";
import { type DatabaseIdentity, readDatabaseIdentity } from "../sql/database-identity.ts";
import { missingPrivileges, readServerState, readXidState, type ServerState } from "../sql/database-state.ts";
import type { RelayInstance } from "../sql/leases.ts";

export interface DatabaseSessionOptions {
  /** PostgreSQL connection URL. */
  readonly databaseUrl: string;
  readonly connectTimeoutMs: number;
  readonly instance: RelayInstance;
  readonly leaseMs: number;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  /** Takes what is odd but no reason to stop. */
  readonly warn: (message: string) => void;
  /** Groups were claimed, or some are to be released. */
  readonly onLeaseChange: () => void;
}

export interface DatabaseSession {
  /** For the strands alone. */
  readonly reader: pg.Client;
  /** For everything else. */
  readonly control: pg.Client;
  readonly leases: LeaseKeeper;
  readonly identity: DatabaseIdentity;
  /** How far the database's clock is ahead of ours, in milliseconds: for figures, never for decisions. */
  readonly clockAheadMs: number;
  /** Aborted, with the reason, when the session cannot go on. */
  readonly lost: AbortSignal;
  /** Ends it for a reason: nothing more is sent or saved. */
  end(error: unknown): void;
  /** Gives the leases back where that is possible, and disconnects. Nothing may be in flight. */
  close(): Promise<void>;
  /** Cuts both connections without a word, for a server that does not answer. */
  destroy(): void;
}

/** For all checks together: a statement may take a minute. */
const CHECKS_MS = 65_000;

/** @throws RelayError */
export async function openDatabaseSession(options: DatabaseSessionOptions): Promise<DatabaseSession> {
  const lost = new AbortController();
  const end = (error: unknown) => lost.abort(error);
  const connections: Connection[] = [];
  const open = async (role: "reader" | "control") => {
    const connection = await openConnection({ ...options, role, onLost: end });
    connections.push(connection);
    return connection.client;
  };
  const disconnect = async () => {
    await Promise.all(connections.map((connection) => connection.close()));
  };
  const destroy = () => {
    for (const connection of connections) connection.destroy();
  };
  // Whoever waits for an answer of a server that fell silent would wait on.
  lost.signal.addEventListener("abort", () => {
    if (!isUsable(lost.signal)) destroy();
  });
  const unanswered = setTimeout(destroy, CHECKS_MS);
  try {
    const control = await open("control");
    const reader = await open("reader");
    const { identity, clockAheadMs, isPooled } = await checkDatabase(control, reader, options);
    const leases = new LeaseKeeper({
      ...options,
      client: control,
      identity,
      isPooled,
      onChange: options.onLeaseChange,
      onFailure: end,
    });
    return {
      reader,
      control,
      leases,
      identity,
      clockAheadMs,
      lost: lost.signal,
      end,
      async close() {
        leases.stop();
        const unanswered = setTimeout(destroy, options.leaseMs);
        if (isUsable(lost.signal)) await leaveQuietly(leases, lost.signal, options.warn);
        clearTimeout(unanswered);
        await disconnect();
        end(new RelayError("DATABASE_UNREACHABLE", "the session was closed"));
      },
      destroy,
    };
  } catch (error) {
    await disconnect();
    throw describeDatabaseError(error, options.databaseUrl);
  } finally {
    clearTimeout(unanswered);
  }
}

/** A session that ended because it was fenced, or by choice, still has its connections. */
function isUsable(lost: AbortSignal): boolean {
  return !lost.aborted || !RelayError.is(lost.reason) || lost.reason.code !== "DATABASE_UNREACHABLE";
}

async function leaveQuietly(leases: LeaseKeeper, lost: AbortSignal, warn: (message: string) => void): Promise<void> {
  try {
    await leases.leave();
  } catch (error) {
    if (lost.aborted) return; // told with what ended the session; the next one takes its own leases back
    warn(`the leases were not given back: ${messageOf(error)}. They run out by themselves.`);
  }
}

async function checkDatabase(
  control: pg.Client,
  reader: pg.Client,
  options: DatabaseSessionOptions,
): Promise<{ identity: DatabaseIdentity; clockAheadMs: number; isPooled: boolean }> {
  const { databaseUrl, warn } = options;
  await requireUsableDatabase(reader, databaseUrl);
  await requireUsableDatabase(control, databaseUrl);
  const unmigrated = migrationProblem(await migrations(), await readAppliedMigrations(control));
  if (unmigrated !== null) warn(unmigrated);
  const missing = await missingPrivileges(control);
  if (missing.length > 0) {
    throw new RelayError(
      "DATABASE_UNREACHABLE",
      `PostgreSQL at ${databasePlace(databaseUrl)} does not let the relay work: its role lacks ${missing.join(", ")}. Grant it.`,
    );
  }
  const identity = await readDatabaseIdentity(control);
  const server = await readServerState(control);
  requireSameServer(server, await readServerState(reader), databaseUrl);
  const xids = await readXidState(reader);
  const cursors = await loadCursors(control);
  for (const { cursor, identity: stored } of cursors) {
    checkIdentity(stored, identity);
    checkXids(cursor, xids.snapshot);
  }
  checkForeignXids(xids);
  const timeline = Math.min(...cursors.map((stored) => stored.identity?.timeline ?? Number.POSITIVE_INFINITY));
  if (identity.timeline !== null && timeline < identity.timeline) {
    warn(
      `the database went from timeline ${timeline} to ${identity.timeline}: a failover or a recovery. The cursors ` +
        "came along with the rows, so nothing is lost; events published after the point of recovery may come again.",
    );
  }
  const lastId = Math.max(...cursors.map(({ cursor }) => cursor.lastId));
  if (xids.lastSequenceId !== null && xids.lastSequenceId < lastId) {
    warn(
      `the sequence of waybill.outbox.id is at ${xids.lastSequenceId}, below the published id ${lastId}: it was ` +
        "set back, and new events may overtake older ones of their key. Set it above the highest id.",
    );
  }
  const isPooled = server.backendPid !== backendPid(control);
  if (isPooled) {
    warn(
      "a pooler stands between the relay and PostgreSQL. In transaction mode the session's settings do not hold, and " +
        "hand-over waits for polling: connect the relay directly, or in session mode.",
    );
  }
  return { identity, isPooled, clockAheadMs: server.now.getTime() - Date.now() };
}

/** A name that leads to several servers may lead each connection to another one. */
function requireSameServer(control: ServerState, reader: ServerState, databaseUrl: string): void {
  if (control.startedAt === reader.startedAt) return;
  throw new RelayError(
    "DATABASE_UNREACHABLE",
    `${databasePlace(databaseUrl)} leads to two servers (started at ${control.startedAt} and ${reader.startedAt}): the ` +
      "relay needs both of its connections on the primary. It tries again.",
  );
}

/** What the server told when it connected; a pooler tells its own. `pg` types do not list it. */
function backendPid(client: pg.Client): number | null {
  const pid: unknown = Reflect.get(client, "processID");
  return typeof pid === "number" ? pid : null;
}
