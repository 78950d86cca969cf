import type pg from "pg";
import { encodeRecordHeaders } from "@waybill/events";
import { HEADER_BYTES, HEADERS, keySql, payloadSql } from "./bench-events.ts";

/** An outbox that a subject reads. */
export interface OutboxTable {
  /** Its name, and the column of the transaction that wrote a row, as `xid`. */
  readonly name: string;
  readonly xidSql: string;
  /** The topic that its subject publishes to, given the name of the run. */
  topicOf(run: string): string;
  create(client: pg.Client): Promise<void>;
  /** Inserts events `from` to `to - 1`. $1 = the run, $2 = from, $3 = to. */
  readonly insertSql: string;
}

const HEADER_VALUE = "h".repeat(HEADER_BYTES);
const SCHEMA_ID = "4711";
const SCHEMA = JSON.stringify({ type: "record", name: "Measured", namespace: "bench", fields: [] });

/** Waybill's own. */
export const waybillOutbox: OutboxTable = {
  name: "waybill.outbox",
  xidSql: "xid::xid",
  topicOf: (run) => run,
  async create(client) {
    await client.query(
      "INSERT INTO waybill.schema (id, type, version, record_name, definition) VALUES ($1, 'bench.measured', 1, 'bench.Measured', $2)",
      [SCHEMA_ID, SCHEMA],
    );
  },
  insertSql: `
INSERT INTO waybill.outbox (event_id, topic, key, schema_id, payload, headers)
SELECT gen_random_uuid(), $1::text, ${keySql("n")}, ${SCHEMA_ID}, ${payloadSql("n")}, '${headersLiteral()}'::bytea
FROM generate_series($2::bigint, $3::bigint - 1) AS n`,
};

/** As a JSON string it is as long as the others. */
const DEBEZIUM_HEADER_VALUE = HEADER_VALUE.slice(2);
const EXTRA_HEADERS = Array.from({ length: HEADERS - 1 }, (_, n) => `header${n + 1}`);

/** One as Debezium's outbox event router expects it. It makes a header of the id; the other five are columns. */
export const debeziumOutbox: OutboxTable = {
  name: "debezium.outbox",
  xidSql: "xmin",
  topicOf: (run) => `outbox.event.${run}`,
  async create(client) {
    await client.query(`
CREATE SCHEMA debezium;
CREATE TABLE debezium.outbox (
  id uuid PRIMARY KEY,
  aggregatetype text NOT NULL,
  aggregateid text NOT NULL,
  type text NOT NULL,
  payload bytea NOT NULL,
  ${EXTRA_HEADERS.map((header) => `${header} text NOT NULL`).join(",\n  ")}
);
CREATE PUBLICATION bench FOR TABLE debezium.outbox`);
  },
  insertSql: `
INSERT INTO debezium.outbox (id, aggregatetype, aggregateid, type, payload, ${EXTRA_HEADERS.join(", ")})
SELECT gen_random_uuid(), $1::text, ${keySql("n")}, 'bench.measured', ${payloadSql("n")},
  ${EXTRA_HEADERS.map(() => `'${DEBEZIUM_HEADER_VALUE}'`).join(", ")}
FROM generate_series($2::bigint, $3::bigint - 1) AS n`,
};

/** The setting of Debezium's router that makes headers of the columns. */
export const debeziumHeaders = EXTRA_HEADERS.map((header) => `${header}:header:${header}`).join(",");

function headersLiteral(): string {
  const pairs = Array.from({ length: HEADERS }, (_, n) => [`header${n}`, HEADER_VALUE] as const);
  return `\\x${Buffer.from(encodeRecordHeaders(pairs)).toString("hex")}`;
}
