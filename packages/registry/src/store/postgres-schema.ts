/**
 * The tables, in a PostgreSQL schema of their own. Each statement may run again. `json`, not `jsonb`: metadata and rules
 * go back with their keys in the order in which they came.
 */
export const CREATE_TABLES = `
  CREATE SCHEMA IF NOT EXISTS waybill_registry;

  CREATE TABLE IF NOT EXISTS waybill_registry.schema (
    id        integer GENERATED ALWAYS AS IDENTITY (CACHE 1) PRIMARY KEY,
    identity  text NOT NULL UNIQUE,
    text      text NOT NULL,
    "references" jsonb NOT NULL,
    metadata  json,
    rule_set  json
  );

  CREATE TABLE IF NOT EXISTS waybill_registry.version (
    subject   text COLLATE "C" NOT NULL CHECK (subject <> ''),
    version   integer NOT NULL CHECK (version > 0),
    schema_id integer NOT NULL REFERENCES waybill_registry.schema,
    deleted   boolean NOT NULL DEFAULT false,
    PRIMARY KEY (subject, version)
  );
  CREATE INDEX IF NOT EXISTS version_schema_id ON waybill_registry.version (schema_id);

  -- One row for each subject with settings of its own; the empty subject holds what goes for all.
  CREATE TABLE IF NOT EXISTS waybill_registry.policy (
    subject       text COLLATE "C" PRIMARY KEY,
    compatibility text,
    mode          text
  );
`;

/** Names the advisory lock under which the tables are created and every write runs. */
export const WRITE_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('waybill_registry', 0))";
