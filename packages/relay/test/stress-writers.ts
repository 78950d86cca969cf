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

export interface StressOptions {
  readonly url: string;
  readonly writers: number;
  /** Transactions of each writer. */
  readonly transactions: number;
  readonly seed: number;
  readonly topic: string;
  readonly schemaId: bigint;
}

/**
 * Writers with rollbacks, savepoints and two-phase commits on hot keys, and one transaction that publishes first and
 * commits only when all the others are done. Rejects when a writer meets anything but a deadlock.
 */
export async function runStressWriters(options: StressOptions): Promise<void> {
  const held = await connect(options.url);
  const writer = new Writer(held, options, 0);
  await held.query("BEGIN");
  await writer.publish("k0");
  await Promise.all(Array.from({ length: options.writers }, (_, index) => write(options, index + 1)));
  await writer.publish("k1");
  await held.query("COMMIT");
  await held.end();
}

async function write(options: StressOptions, index: number): Promise<void> {
  const client = await connect(options.url);
  const writer = new Writer(client, options, index);
  for (let n = 0; n < options.transactions; n++) await writer.transactOnce(n);
  await client.end();
}

class Writer {
  readonly #client: pg.Client;
  readonly #options: StressOptions;
  readonly #random: () => number;
  readonly #index: number;

  constructor(client: pg.Client, options: StressOptions, index: number) {
    this.#client = client;
    this.#options = options;
    this.#index = index;
    this.#random = seededRandom(options.seed + index);
  }

  async publish(key: string): Promise<void> {
    await this.#client.query(PUBLISH, [key, this.#options.topic, this.#options.schemaId]);
  }

  async transactOnce(n: number): Promise<void> {
    try {
      await this.#transact(`relay_stress_${this.#client.database}_${this.#index}_${n}`);
    } catch (error) {
      await this.#client.query("ROLLBACK");
      if (!(error instanceof pg.DatabaseError && error.code === "40P01")) throw error;
    }
  }

  async #transact(name: string): Promise<void> {
    await this.#client.query("BEGIN");
    for (const key of this.#pickKeys()) {
      if (this.#random() < 0.3) await this.#publishUnderSavepoint(key);
      else await this.publish(key);
      if (this.#random() < 0.2) await delay(this.#random() * 4);
    }
    const end = this.#random() < 0.12 ? "ROLLBACK" : "COMMIT";
    if (this.#random() < 0.08) {
      await this.#client.query(`PREPARE TRANSACTION '${name}'`);
      await delay(this.#random() * 20);
      await this.#client.query(`${end} PREPARED '${name}'`);
    } else {
      await this.#client.query(end);
    }
  }

  async #publishUnderSavepoint(key: string): Promise<void> {
    await this.#client.query("SAVEPOINT s");
    await this.publish(key);
    if (this.#random() < 0.4) {
      await this.#client.query("ROLLBACK TO s");
      if (this.#random() < 0.5) await this.publish(key);
    } else if (this.#random() < 0.5) {
      await this.#client.query("RELEASE s");
    }
  }

  /** In one order for all, as an application that locks several aggregates should: fewer deadlocks. */
  #pickKeys(): string[] {
    const pick = () => 1 + Math.floor(this.#random() * HOT_KEYS);
    const numbers = Array.from({ length: 1 + Math.floor(this.#random() * 3) }, pick);
    return [...new Set(numbers)].sort((a, b) => a - b).map((n) => `k${n}`);
  }
}
