import { readFileSync } from "node:fs";
import { migrate } from "@waybill/outbox";
import pg from "pg";
import type { Strand } from "../src/reader/strand.ts";
import { sessionSettings } from "../src/sql/session-settings.ts";
import { ReaderSession } from "../test/reader-session.ts";

/** Microseconds of the reader's backend for an event. */
export interface Costs {
  readonly reading: number;
  readonly saving: number;
  readonly backlog: number;
}

/** The steady state: 1,000 events/s, read 500 times a second and saved every 50 ms. */
const EVENTS_OF_A_POLL = 2;
const POLLS_OF_A_SAVE = 25;
const SAVES = 5;
const WARM_UP_POLLS = 20;
/** More than two batches. */
const BACKLOG = 10_000;
const BATCH = 4_000;
const LOADED_AT_ONCE = 100_000;
/** Half of the saves after which the relay writes the cursors anew under an old transaction: the average of a long time. */
const SAVES_BEFORE = 60;

/** Ten to the `power` rows, in a database of their own and spread over all slots, all of them published. */
export async function openGrowthTable(serverUrl: string, power: number): Promise<GrowthTable> {
  const url = new URL(serverUrl);
  const server = await connect(url.href);
  await server.query(`CREATE DATABASE growth_${power}`);
  await server.end();
  url.pathname = `/growth_${power}`;
  const [client, writer, holder] = await Promise.all([connect(url.href), connect(url.href), connect(url.href)]);
  await migrate(writer);
  await client.query(sessionSettings);
  const reader = new ReaderSession({
    client,
    instanceId: "growth",
    batchSize: BATCH,
    maxBatchBytes: 16_000_000,
    deliver: () => {},
  });
  const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  const schedstat = `/proc/${rows[0]?.pid}/schedstat`;
  const table = new GrowthTable(power, { client, writer, holder, reader, schedstat });
  await table.fill();
  await writer.query("UPDATE waybill.relay_cursor SET s1 = pg_current_snapshot()");
  await reader.claim();
  return table;
}

interface Parts {
  readonly client: pg.Client;
  readonly writer: pg.Client;
  /** Has the old transaction. */
  readonly holder: pg.Client;
  readonly reader: ReaderSession;
  readonly schedstat: string;
}

export class GrowthTable {
  readonly power: number;
  readonly #parts: Parts;
  #rows = 0;

  constructor(power: number, parts: Parts) {
    this.power = power;
    this.#parts = parts;
  }

  async fill(): Promise<void> {
    const { writer } = this.#parts;
    await writer.query("TRUNCATE waybill.outbox");
    const all = 10 ** this.power;
    for (let from = 0; from < all; from += LOADED_AT_ONCE) await this.#load(from, Math.min(all, from + LOADED_AT_ONCE));
    await writer.query("VACUUM ANALYZE waybill.outbox");
    this.#rows = all;
  }

  /** What events cost now. @param isPinned while a transaction is open that is older than all of them */
  async visit(isPinned: boolean): Promise<Costs> {
    const { holder, writer } = this.#parts;
    if (this.#rows > 1.2 * 10 ** this.power) await this.fill();
    await this.#readAll();
    if (isPinned) {
      await holder.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
      await holder.query("SELECT pg_current_xact_id()");
    }
    await writer.query(LEAVE_VERSIONS);
    const steady = await this.#measureSteadyState();
    const backlog = await this.#measureBacklog();
    if (isPinned) await holder.query("COMMIT");
    await writer.query("SELECT waybill.compact_cursors(0)");
    return { ...steady, backlog };
  }

  async close(): Promise<void> {
    const { client, writer, holder } = this.#parts;
    await Promise.all([client.end(), writer.end(), holder.end()]);
  }

  async #measureSteadyState(): Promise<{ reading: number; saving: number }> {
    const readings: number[] = [];
    const savings: number[] = [];
    for (let poll = -WARM_UP_POLLS; poll < SAVES * POLLS_OF_A_SAVE; poll++) {
      const isMeasured = poll >= 0;
      const save = await this.#poll((micros) => isMeasured && readings.push(micros));
      if (poll % POLLS_OF_A_SAVE === 0) await save((micros) => isMeasured && savings.push(micros));
    }
    return {
      reading: lowerQuartile(readings) / EVENTS_OF_A_POLL,
      saving: lowerQuartile(savings) / (POLLS_OF_A_SAVE * EVENTS_OF_A_POLL),
    };
  }

  /** Writes a poll's events and reads them. Returns how to save what was read. */
  async #poll(took: (micros: number) => void) {
    const { reader } = this.#parts;
    await this.#insert(EVENTS_OF_A_POLL);
    const before = this.#cpuMicros();
    const batch = await reader.read(reader.strands.all[0] as Strand);
    took(this.#cpuMicros() - before);
    if (batch === null || batch.events !== EVENTS_OF_A_POLL) throw new Error("a poll has not read what was written");
    return async (saved: (micros: number) => void) => {
      const started = this.#cpuMicros();
      await reader.save(batch);
      saved(this.#cpuMicros() - started);
    };
  }

  async #measureBacklog(): Promise<number> {
    await this.#insert(BACKLOG);
    const before = this.#cpuMicros();
    const events = await this.#readAll();
    return (this.#cpuMicros() - before) / events;
  }

  async #readAll(): Promise<number> {
    const { reader } = this.#parts;
    let events = 0;
    for (let isQuiet = false; !isQuiet; ) {
      const read = await reader.readOnce();
      events += read;
      isQuiet = read === 0 && !reader.isInWindow;
    }
    return events;
  }

  /** Microseconds that the reader's backend has run. */
  #cpuMicros(): number {
    return Number(readFileSync(this.#parts.schedstat, "utf8").split(" ")[0]) / 1_000;
  }

  async #insert(rows: number): Promise<void> {
    await this.#parts.writer.query(
      `INSERT INTO waybill.outbox (event_id, topic, key, schema_id, payload, headers) ${ROWS}`,
      [1, rows],
    );
    this.#rows += rows;
  }

  /** In order of time: the current slot has the newest rows, and the one after it the oldest. */
  async #load(from: number, to: number): Promise<void> {
    await this.#parts.writer.query(
      `INSERT INTO waybill.outbox (event_id, topic, key, schema_id, payload, headers, slot)
       SELECT made.*, ((waybill.slot_at(now()) + 1 + 8 * (row_number() OVER () - 1 + $1::bigint) / $3::bigint) % 8)::smallint
       FROM (${ROWS}) AS made`,
      [from, to - 1, 10 ** this.power],
    );
  }
}

/** Rows $1 to $2, with 250 bytes of payload and 200 of headers, of 1,000 keys. */
const ROWS = `
SELECT gen_random_uuid(), 'orders.order', 'key-' || n % 1000, 1, decode(repeat('ab', 250), 'hex'),
  decode(repeat('cd', 200), 'hex') FROM generate_series($1::bigint, $2::bigint) AS n`;

/** As many versions of the cursors as so many saves leave. */
const LEAVE_VERSIONS = `DO $$ BEGIN
  FOR saves IN 1..${SAVES_BEFORE} LOOP
    UPDATE waybill.relay_cursor SET saved_at = clock_timestamp();
    COMMIT;
  END LOOP;
END $$`;

/** What a quarter of some numbers are below: of CPU times it moves less than the median with what else the machine does. */
function lowerQuartile(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 4)] as number;
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}
