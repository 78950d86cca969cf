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
const BATCH = 3_000;
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
  const [writer, holder] = await Promise.all([connect(url.href), connect(url.href)]);
  await migrate(writer);
  const table = new GrowthTable(power, { url: url.href, writer, holder });
  await table.fill();
  return table;
}

interface Parts {
  readonly url: string;
  readonly writer: pg.Client;
  /** Has the old transaction. */
  readonly holder: pg.Client;
}

/** A reader of one visit, and where the CPU time of its backend stands. */
interface Reading {
  readonly client: pg.Client;
  readonly session: ReaderSession;
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

  /**
   * What events cost now, to a backend that was just started: by where its memory happens to lie, one may cost a quarter more than
   * another for as long as it lives.
   *
   * @param isPinned while a transaction is open that is older than all of them
   */
  async visit(isPinned: boolean): Promise<Costs> {
    const { holder, writer } = this.#parts;
    if (this.#rows > 1.2 * 10 ** this.power) await this.fill();
    const reading = await this.#startReading();
    if (isPinned) {
      await holder.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
      await holder.query("SELECT pg_current_xact_id()");
    }
    await writer.query(LEAVE_VERSIONS);
    const steady = await this.#measureSteadyState(reading);
    const backlog = await this.#measureBacklog(reading);
    if (isPinned) await holder.query("COMMIT");
    await writer.query("SELECT waybill.compact_cursors(0)");
    await reading.client.end();
    return { ...steady, backlog };
  }

  async close(): Promise<void> {
    const { writer, holder } = this.#parts;
    await Promise.all([writer.end(), holder.end()]);
  }

  /** All that is there is published. */
  async #startReading(): Promise<Reading> {
    const { url, writer } = this.#parts;
    await writer.query(
      "UPDATE waybill.relay_cursor SET s1 = pg_current_snapshot(), s2 = NULL, holder = NULL, lease_until = NULL",
    );
    const client = await connect(url);
    await client.query(sessionSettings);
    const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    const session = new ReaderSession({
      client,
      instanceId: "growth",
      batchSize: BATCH,
      maxBatchBytes: 16_000_000,
      deliver: () => {},
    });
    await session.claim();
    return { client, session, schedstat: `/proc/${rows[0]?.pid}/schedstat` };
  }

  async #measureSteadyState(reading: Reading): Promise<{ reading: number; saving: number }> {
    const readings: number[] = [];
    const savings: number[] = [];
    for (let poll = -WARM_UP_POLLS; poll < SAVES * POLLS_OF_A_SAVE; poll++) {
      const isMeasured = poll >= 0;
      const save = await this.#poll(reading, (micros) => isMeasured && readings.push(micros));
      if (poll % POLLS_OF_A_SAVE === 0) await save((micros) => isMeasured && savings.push(micros));
    }
    return {
      reading: lowerQuartile(readings) / EVENTS_OF_A_POLL,
      saving: lowerQuartile(savings) / (POLLS_OF_A_SAVE * EVENTS_OF_A_POLL),
    };
  }

  /** Writes a poll's events and reads them. Returns how to save what was read. */
  async #poll({ session, schedstat }: Reading, took: (micros: number) => void) {
    await this.#insert(EVENTS_OF_A_POLL);
    const before = cpuMicros(schedstat);
    const batch = await session.read(session.strands.all[0] as Strand);
    took(cpuMicros(schedstat) - before);
    if (batch === null || batch.events !== EVENTS_OF_A_POLL) throw new Error("a poll has not read what was written");
    return async (saved: (micros: number) => void) => {
      const started = cpuMicros(schedstat);
      await session.save(batch);
      saved(cpuMicros(schedstat) - started);
    };
  }

  async #measureBacklog({ session, schedstat }: Reading): Promise<number> {
    await this.#insert(BACKLOG);
    const before = cpuMicros(schedstat);
    const events = await readAll(session);
    return (cpuMicros(schedstat) - before) / events;
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

async function readAll(session: ReaderSession): Promise<number> {
  let events = 0;
  for (let isQuiet = false; !isQuiet; ) {
    const read = await session.readOnce();
    events += read;
    isQuiet = read === 0 && !session.isInWindow;
  }
  return events;
}

/** Microseconds that a backend has run. */
function cpuMicros(schedstat: string): number {
  return Number(readFileSync(schedstat, "utf8").split(" ")[0]) / 1_000;
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
