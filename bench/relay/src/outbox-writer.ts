import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { KEYS } from "./bench-events.ts";
import type { OutboxTable } from "./outbox-tables.ts";

/** Events of a transaction that makes a backlog. */
const BACKLOG_TRANSACTION = 500;
/** Transactions per second of the steady workloads: at 5,000 events per second each writes five. */
const TRANSACTIONS_PER_SECOND = 1_000;
const CONNECTIONS = 4;

/** Writes events 0 to `events - 1`, in transactions that follow each other. */
export async function loadBacklog(client: pg.Client, table: OutboxTable, run: string, events: number): Promise<void> {
  for (let from = 0; from < events; from += BACKLOG_TRANSACTION) {
    const to = Math.min(events, from + BACKLOG_TRANSACTION);
    await client.query({ name: `load ${table.name}`, text: table.insertSql, values: [run, from, to] });
  }
}

export interface SteadyLoad {
  readonly databaseUrl: string;
  readonly table: OutboxTable;
  readonly run: string;
  readonly eventsPerSecond: number;
  readonly seconds: number;
}

/**
 * Writes events at a rate, by the clock: a transaction that is late is made up for. The events of a key are written by one
 * connection, so that their transactions commit in the order of their numbers.
 */
export async function writeSteadily(load: SteadyLoad): Promise<void> {
  const { databaseUrl, eventsPerSecond, seconds } = load;
  const events = eventsPerSecond / TRANSACTIONS_PER_SECOND;
  if (!Number.isInteger(events) || (KEYS / events) % CONNECTIONS !== 0) {
    throw new Error(`${eventsPerSecond} events per second cannot be divided among ${CONNECTIONS} connections by key`);
  }
  const clients = Array.from({ length: CONNECTIONS }, () => new pg.Client({ connectionString: databaseUrl }));
  await Promise.all(clients.map((client) => client.connect()));
  try {
    const startedAt = performance.now();
    await Promise.all(
      clients.map(async (client, first) => {
        for (let n = first; n < seconds * TRANSACTIONS_PER_SECOND; n += CONNECTIONS) {
          const waitMs = startedAt + n - performance.now(); // one each millisecond
          if (waitMs > 0) await delay(waitMs);
          const values = [load.run, n * events, (n + 1) * events];
          await client.query({ name: "write", text: load.table.insertSql, values });
        }
      }),
    );
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
}

/** When the transaction of each event committed, by the server's clock: milliseconds since 1970, by event number. */
export async function commitTimes(client: pg.Client, table: OutboxTable, events: number): Promise<Float64Array> {
  const { rows } = await client.query<[string, number]>({
    text: `
SELECT ('x' || encode(substr(payload, length(payload) - 7), 'hex'))::bit(64)::bigint,
  extract(epoch FROM pg_xact_commit_timestamp(${table.xidSql}))::float8 * 1000
FROM ${table.name}`,
    rowMode: "array",
  });
  const times = new Float64Array(events).fill(Number.NaN);
  for (const [number, at] of rows) times[Number(number)] = at;
  return times;
}
