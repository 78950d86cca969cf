import { setTimeout as delay } from "node:timers/promises";
import type { TestDatabase } from "@waybill/harness";
import pg from "pg";
import { sessionSettings } from "../src/sql/session-settings.ts";
import { connect, createOutboxDatabase } from "./outbox-database.ts";
import { seededRandom } from "./seeded-random.ts";

/** Keys that all writers fight for. */
const HOT_KEYS = 12;

/** Most keys that writers can be given. */
const KEYS = 200;

/** A server that starts refuses at once: no need to ask all the time. */
const RECONNECT_MS = 50;

/**
 * An aggregate per key with a counter, and an audit of what committed. The counter is raised under the row lock in the
 * statement that inserts the event, as an application's UPDATE would be: its values are the commit order of a key.
 */
const SCHEMA = `
CREATE SCHEMA stress;
CREATE TABLE stress.aggregate (key text PRIMARY KEY, version int NOT NULL);
CREATE TABLE stress.audit (key text, version int);
INSERT INTO stress.aggregate SELECT 'k' || n, 0 FROM generate_series(0, ${KEYS}) AS n`;

/** The Avro record {version: string}: a length (below 64, so its zigzag is one byte) and the digits. */
export const stressSchema = JSON.stringify({
  type: "record",
  name: "Stressed",
  namespace: "relay.test",
  fields: [{ name: "version", type: "string" }],
});

/** The version in a payload that the writers made. */
export function stressedVersion(payload: Uint8Array): number {
  return Number(Buffer.from(payload.subarray(1)).toString());
}

/** $1 = key, $2 = topic, $3 = schema id */
const PUBLISH = `
WITH bumped AS (UPDATE stress.aggregate SET version = version + 1 WHERE key = $1 RETURNING key, version),
  audited AS (INSERT INTO stress.audit SELECT key, version FROM bumped)
INSERT INTO waybill.outbox (event_id, topic, key, schema_id, payload, headers)
SELECT gen_random_uuid(), $2, key, $3,
  set_byte('\\x00', 0, 2 * length(version::text)) || convert_to(version::text, 'UTF8'), '\\x00' FROM bumped`;

export async function createStressSchema(url: string): Promise<void> {
  const client = await connect(url);
  await client.query(SCHEMA);
  await client.end();
}

/** A fresh database with the outbox and the writers' tables, and a connection with a session's settings. */
export async function createStressDatabase(): Promise<{ database: TestDatabase; client: pg.Client }> {
  const database = await createOutboxDatabase();
  await createStressSchema(database.url);
  const client = await connect(database.url);
  await client.query(sessionSettings);
  return { database, client };
}

/** Raises the key's counter and publishes that, in whatever transaction the client is. */
export async function publishStressed(
  client: pg.Client,
  key: string,
  { topic, schemaId }: { readonly topic: string; readonly schemaId: bigint },
): Promise<void> {
  await client.query(PUBLISH, [key, topic, schemaId]);
}

export interface StressOptions {
  readonly url: string;
  readonly writers: number;
  /** Transactions of each writer. */
  readonly transactions: number;
  readonly seed: number;
  readonly topic: string;
  readonly schemaId: bigint;
  /** Ends the writers after the transaction at hand. Default: never. */
  readonly until?: AbortSignal;
  /** Mean pause of a writer between two transactions. Default 0. */
  readonly pauseMs?: number;
  /** How many keys the writers fight for. Default 12, at most 200. */
  readonly keys?: number;
  /** Whether writers lock their keys in no common order, so that they meet deadlocks all the time. Default false. */
  readonly courtsDeadlocks?: boolean;
  /** Whether a transaction stays open for as long as the writers write. Default true. */
  readonly holdsOpen?: boolean;
  /** Whether writers use two-phase commits, which flush the log whatever synchronous_commit says. Default true. */
  readonly prepares?: boolean;
  /** Whether writers connect anew, until they shall end, when the server is away. Default: they reject. */
  readonly ridesOut?: boolean;
}

/** What the writers did, beside what they committed. */
export interface StressCounts {
  rollbacks: number;
  savepoints: number;
  preparedTransactions: number;
  deadlocks: number;
  lostConnections: number;
}

export function noStressCounts(): StressCounts {
  return { rollbacks: 0, savepoints: 0, preparedTransactions: 0, deadlocks: 0, lostConnections: 0 };
}

/**
 * Writers with rollbacks, savepoints and two-phase commits on hot keys, and one transaction that publishes first and
 * commits only when all the others are done. Rejects when a writer meets anything but a deadlock.
 *
 * @param counts is counted in while they write
 */
export async function runStressWriters(options: StressOptions, counts = noStressCounts()): Promise<StressCounts> {
  const writers = Array.from({ length: options.writers }, (_, index) => index + 1);
  const commit = options.holdsOpen === false ? null : await holdOpen(options, counts);
  try {
    await Promise.all(writers.map((index) => write(options, index, counts)));
  } finally {
    await commit?.(); // else it would hold its locks for ever
  }
  return counts;
}

/** Publishes in a transaction that the returned function ends. */
async function holdOpen(options: StressOptions, counts: StressCounts): Promise<() => Promise<void>> {
  const held = await connect(options.url);
  const writer = new Writer(held, options, 0, counts);
  await unlessCut(options, counts, async () => {
    await held.query("BEGIN");
    await writer.publish("k0");
  });
  return () =>
    unlessCut(options, counts, async () => {
      await writer.publish("k1");
      await held.query("COMMIT");
      await held.end();
    });
}

async function write(options: StressOptions, index: number, counts: StressCounts): Promise<void> {
  let done = 0;
  while (done < options.transactions && options.until?.aborted !== true) {
    await unlessCut(options, counts, async () => {
      const client = await connect(options.url);
      const writer = new Writer(client, options, index, counts);
      await writer.settlePrepared();
      for (; done < options.transactions && options.until?.aborted !== true; done++) {
        await writer.transactOnce();
        await writer.pause();
      }
      await client.end();
    });
  }
}

/** For writers that ride out: whatever the server does to a connection, the next one goes on. */
async function unlessCut(options: StressOptions, counts: StressCounts, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (options.ridesOut !== true || !isCut(error)) throw error;
    counts.lostConnections++;
    await delay(RECONNECT_MS);
  }
}

/** Of the server's going, coming and refusing, not of a statement's own fault. */
function isCut(error: unknown): boolean {
  if (!(error instanceof pg.DatabaseError)) return true; // the socket's
  return /^(08|53|57)|^25006$/.test(error.code ?? "");
}

class Writer {
  readonly #client: pg.Client;
  readonly #options: StressOptions;
  readonly #random: () => number;
  readonly #counts: StressCounts;
  /** Of the writer's prepared transactions, which are the whole server's. */
  readonly #prefix: string;
  #transactions = 0;

  constructor(client: pg.Client, options: StressOptions, index: number, counts: StressCounts) {
    this.#client = client;
    this.#options = options;
    this.#counts = counts;
    this.#prefix = `relay_stress_${client.database}_${options.seed}_${index}_`;
    this.#random = seededRandom(options.seed + index);
  }

  publish(key: string): Promise<void> {
    return publishStressed(this.#client, key, this.#options);
  }

  async transactOnce(): Promise<void> {
    try {
      await this.#transact(`${this.#prefix}${this.#transactions++}`);
    } catch (error) {
      if (!(error instanceof pg.DatabaseError && error.code === "40P01")) throw error;
      await this.#client.query("ROLLBACK");
      this.#counts.deadlocks++;
    }
  }

  async pause(): Promise<void> {
    const { pauseMs = 0 } = this.#options;
    if (pauseMs > 0) await delay(this.#random() * 2 * pauseMs);
  }

  /** Commits what an earlier connection of this writer prepared before it was cut: it holds locks until then. */
  async settlePrepared(): Promise<void> {
    const { rows } = await this.#client.query<{ gid: string }>(
      "SELECT gid FROM pg_prepared_xacts WHERE database = current_database() AND starts_with(gid, $1)",
      [this.#prefix],
    );
    for (const { gid } of rows) await this.#client.query(`COMMIT PREPARED '${gid}'`);
  }

  async #transact(name: string): Promise<void> {
    await this.#client.query("BEGIN");
    for (const key of this.#pickKeys()) {
      if (this.#random() < 0.3) await this.#publishUnderSavepoint(key);
      else await this.publish(key);
      if (this.#random() < 0.2) await delay(this.#random() * 4);
    }
    const end = this.#random() < 0.12 ? "ROLLBACK" : "COMMIT";
    if (end === "ROLLBACK") this.#counts.rollbacks++;
    if (this.#random() < 0.08 && this.#options.prepares !== false) {
      this.#counts.preparedTransactions++;
      await this.#client.query(`PREPARE TRANSACTION '${name}'`);
      await delay(this.#random() * 20);
      await this.#client.query(`${end} PREPARED '${name}'`);
    } else {
      await this.#client.query(end);
    }
  }

  async #publishUnderSavepoint(key: string): Promise<void> {
    this.#counts.savepoints++;
    await this.#client.query("SAVEPOINT s");
    await this.publish(key);
    if (this.#random() < 0.4) {
      await this.#client.query("ROLLBACK TO s");
      if (this.#random() < 0.5) await this.publish(key);
    } else if (this.#random() < 0.5) {
      await this.#client.query("RELEASE s");
    }
  }

  /** In one order for all, as an application that locks several aggregates should, unless deadlocks are wanted. */
  #pickKeys(): string[] {
    const pick = () => 1 + Math.floor(this.#random() * (this.#options.keys ?? HOT_KEYS));
    const numbers = Array.from({ length: 1 + Math.floor(this.#random() * 3) }, pick);
    const distinct = [...new Set(numbers)];
    if (this.#options.courtsDeadlocks !== true) distinct.sort((a, b) => a - b);
    return distinct.map((n) => `k${n}`);
  }
}
