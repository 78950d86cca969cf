-- Where the relay stands in the outbox. One row per shard group; for now there is one group, 0, of all 64 shards.
CREATE TABLE IF NOT EXISTS waybill.relay_cursor (
  shard_group smallint PRIMARY KEY,
  -- Raised by whoever takes the group over; a save names its epoch, so that a stale holder's save finds no row.
  epoch bigint NOT NULL DEFAULT 0,
  -- Everything visible in s1 is published. While a window is being read, s2 is its end, and of the rows visible in s2
  -- and not in s1 those up to last_id are published. Between windows s2 is null and last_id only informs.
  s1 pg_snapshot NOT NULL,
  s2 pg_snapshot,
  last_id bigint NOT NULL DEFAULT 0,
  -- The database that s1 and s2 were taken in: their transaction ids mean nothing in any other. Null until first used.
  system_identifier bigint,
  timeline integer,
  database_oid oid,
  holder text,
  acquired_at timestamptz,
  saved_at timestamptz
) WITH (fillfactor = 50); -- room for HOT updates: every published batch saves

-- '3:3:' sees no ordinary transaction at all: everything in the outbox is still to be published.
INSERT INTO waybill.relay_cursor (shard_group, s1) VALUES (0, '3:3:') ON CONFLICT DO NOTHING;
