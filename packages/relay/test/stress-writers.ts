import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { connect } from "./outbox-database.ts";
import { seededRandom } from "./seeded-random.ts";

/** Keys that all writers fight for. */
const HOT_KEYS = 12;

/**
 * An aggregate per key with a counter, and an audit of what committed. The counter is raised under the row lock in the
 * statement that inserts the event, as an application's UPDATE would be: its values are the commit order of a key.
 */
const SCHEMA = `
CREATE SCHEMA stress;
CREATE TABLE stress.aggregate (key text PRIMARY KEY, version int NOT NULL);
CREATE TABLE stress.audit (key text, version int);
INSERT INTO stress.aggregate SELECT 'k' || n, 0 FROM generate_series(0, ${HOT_KEYS}) AS n`;

const PUBLISH = `
WITH bumped AS (UPDATE stress.aggregate SET version = version + 1 WHERE key = $1 RETURNING key, version),
  audited AS (INSERT INTO stress.audit SELECT key, version FROM bumped)
INSERT INTO waybill.outbox (event_id, topic, key, schema_id, payload, headers)
SELECT gen_random_uuid(), 'stress', key, 1, convert_to(version::text, 'UTF8'), '\\x00' FROM bumped`;

export async function createStressSchema(url: string): Promise<void> {
  const client = await connect(url);
  await client.query(SCHEMA);
  await client.end();
}

export interface StressOptions {
  readonly url: string;
  readonly writers: number;
  /** Transactions of each writer. */
  readonly transactions: number;
  readonly seed: number;
}

/**
 * Writers with rollbacks, savepoints and two-phase commits on hot keys, and one transaction that publishes first and
 * commits only when all the others are done. Rejects when a writer meets anything but a deadlock.
 */
export async function runStressWriters({ url, writers, transactions, seed }: StressOptions): Promise<void> {
  const held = await connect(url);
  await held.query("BEGIN");
  await held.query(PUBLISH, ["k0"]);
  await Promise.all(
    Array.from({ length: writers }, (_, index) => write(url, index, transactions, seededRandom(seed + index))),
  );
  await held.query(PUBLISH, ["k1"]);
  await held.query("COMMIT");
  await held.end();
}

async function write(url: string, index: number, transactions: number, random: () => number): Promise<void> {
  const client = await connect(url);
  for (let n = 0; n < transactions; n++) {
    try {
      await transact(client, `${index}_${n}`, random);
    } catch (error) {
      await client.query("ROLLBACK");
      if (!(error instanceof pg.DatabaseError && error.code === "40P01")) throw error;
    }
  }
  await client.end();
}

async function transact(client: pg.Client, name: string, random: () => number): Promise<void> {
  await client.query("BEGIN");
  for (const key of pickKeys(random)) {
    if (random() < 0.3) await publishUnderSavepoint(client, key, random);
    else await client.query(PUBLISH, [key]);
    if (random() < 0.2) await delay(random() * 4);
  }
  const isRollback = random() < 0.12;
  if (random() < 0.08) {
    const id = `relay_stress_${client.database}_${name}`;
    await client.query(`PREPARE TRANSACTION '${id}'`);
    await delay(random() * 20);
    await client.query(`${isRollback ? "ROLLBACK" : "COMMIT"} PREPARED '${id}'`);
  } else {
    await client.query(isRollback ? "ROLLBACK" : "COMMIT");
  }
}

async function publishUnderSavepoint(client: pg.Client, key: string, random: () => number): Promise<void> {
  await client.query("SAVEPOINT s");
  await client.query(PUBLISH, [key]);
  if (random() < 0.4) {
    await client.query("ROLLBACK TO s");
    if (random() < 0.5) await client.query(PUBLISH, [key]);
  } else if (random() < 0.5) {
    await client.query("RELEASE s");
  }
}

/** In one order for all, as an application that locks several aggregates should: fewer deadlocks. */
function pickKeys(random: () => number): string[] {
  const numbers = Array.from({ length: 1 + Math.floor(random() * 3) }, () => 1 + Math.floor(random() * HOT_KEYS));
  return [...new Set(numbers)].sort((a, b) => a - b).map((n) => `k${n}`);
}
