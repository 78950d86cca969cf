import { Socket } from "node:net";
import { hostname } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { connectToPostgres } from "./connect-to-postgres.ts";
import { LendingSocket } from "../rows/lending-socket.ts";
import { messageOf, RelayError } from "../errors.ts";
import { takeTurns } from "./take-turns.ts";
import { sessionSettings } from "../sql/session-settings.ts";

/** One connection of a session, with the session's settings. */
export interface Connection {
  readonly client: pg.Client;
  /** Says goodbye where there is someone to hear it, and waits for a second at most. */
  close(): Promise<void>;
  /** Cuts it without a word. */
  destroy(): void;
}

export interface ConnectionOptions {
  readonly databaseUrl: string;
  readonly connectTimeoutMs: number;
  /** What it is for: stands in `pg_stat_activity`. */
  readonly role: "reader" | "control";
  readonly onLost: (error: RelayError) => void;
}

/** How long a goodbye may take. */
const CLOSE_MS = 1_000;

/** @throws RelayError DATABASE_UNREACHABLE */
export async function openConnection(options: ConnectionOptions): Promise<Connection> {
  const { databaseUrl, connectTimeoutMs, role, onLost } = options;
  const socket = role === "reader" ? new LendingSocket() : new Socket();
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: `outbox-relay ${role} ${hostname()} ${process.pid}`,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    stream: () => socket,
  });
  const lose = (error?: Error) => {
    const reason = error === undefined ? "it was closed" : messageOf(error);
    onLost(new RelayError("DATABASE_UNREACHABLE", `the ${role} connection to PostgreSQL was lost: ${reason}`));
  };
  if (role === "control") takeTurns(client);
  client.on("error", lose); // without a listener a lost connection would end the process
  client.on("end", () => lose());
  const connection: Connection = {
    client,
    close: () => endQuietly(client, socket),
    destroy: () => {
      socket.destroy();
      lose();
    },
  };
  try {
    await connectToPostgres(client, databaseUrl);
    await client.query(sessionSettings);
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

async function endQuietly(client: pg.Client, socket: Socket): Promise<void> {
  if (socket.readyState === "open") {
    const closed = new Promise((resolve) => socket.once("close", resolve));
    await Promise.race([client.end().then(() => closed), delay(CLOSE_MS, undefined, { ref: false })]);
  }
  socket.destroy();
}
