-- The outbox. Append-only: no row is ever updated or deleted one by one (docs/architecture.md, "The database schema").
-- Every statement can run twice, for teams whose reset drops "public" alone.
CREATE SCHEMA IF NOT EXISTS waybill;

-- Each schema text once, written with the first event that uses it. The index is not unique on purpose: a unique
-- one would make every writer wait for a long transaction that happens to use the schema first. Two rows of one id
-- hold the same text, so readers take any.
CREATE TABLE IF NOT EXISTS waybill.schema (
  id bigint NOT NULL, -- the first 8 bytes of SHA-256 over definition
  type text NOT NULL,
  version integer NOT NULL,
  record_name text NOT NULL,
  definition text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX IF NOT EXISTS schema_id ON waybill.schema (id);

CREATE TABLE IF NOT EXISTS waybill.outbox (
  -- The order of publishing. CACHE 1: a cached range would hand out lower ids after higher ones.
  id bigint GENERATED ALWAYS AS IDENTITY (CACHE 1),
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  -- The ring slot of the hour. The clock chooses it, so there is no partition to create in time.
  slot smallint NOT NULL DEFAULT ((extract(epoch FROM clock_timestamp())::bigint / 3600) % 8)::smallint,
  shard smallint NOT NULL GENERATED ALWAYS AS ((hashtextextended(coalesce(key, event_id::text), 0) & 63)::smallint) STORED,
  event_id uuid NOT NULL, -- not unique: that would take an index over all slots, and consumers check it anyway
  topic text NOT NULL,
  key text,
  schema_id bigint NOT NULL, -- waybill.schema.id; no foreign key: it would lock one hot row in every transaction
  payload bytea NOT NULL, -- Avro, not framed
  headers bytea NOT NULL, -- a count and headers, exactly as a Kafka record holds them
  -- When the row was written, by this database's clock: lag and retention count from it. The time that the publisher
  -- names travels in the headers (ce_time); a backdated one here would have Kafka delete the event at once.
  occurred_at timestamptz NOT NULL DEFAULT clock_timestamp()
) PARTITION BY LIST (slot);

-- Autovacuum finds nothing to do in a table without dead rows, and its lock would hold up the TRUNCATE of a slot: that
-- of its TOAST table just as much.
DO $$
BEGIN
  FOR slot IN 0..7 LOOP
    EXECUTE format('CREATE TABLE IF NOT EXISTS waybill.outbox_%s PARTITION OF waybill.outbox FOR VALUES IN (%s)
      WITH (autovacuum_enabled = off, toast.autovacuum_enabled = off)', slot, slot);
  END LOOP;
END
$$;
CREATE INDEX IF NOT EXISTS outbox_id ON waybill.outbox (id);
CREATE INDEX IF NOT EXISTS outbox_xid_id ON waybill.outbox (xid, id);

-- Holds an advisory lock on each key until the transaction ends, for writers that hold no row lock on what their event
-- is about. Take it before the event's row: then the order of ids is the order of commits for that key. Sorted, so
-- that two callers with the same keys cannot deadlock. The seed ("waybill" in ASCII) keeps off other users' locks.
CREATE OR REPLACE FUNCTION waybill.lock_keys(keys text[]) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
  lock bigint;
  locked integer := 0;
BEGIN
  FOR lock IN
    SELECT DISTINCT hashtextextended(key, 33602696198581356) AS hash FROM unnest(keys) AS key ORDER BY hash
  LOOP
    PERFORM pg_advisory_xact_lock(lock);
    locked := locked + 1;
  END LOOP;
  RETURN locked;
END
$$;
