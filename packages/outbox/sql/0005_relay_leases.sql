-- Several relays share the outbox: its 64 shards in 8 groups (shard >> 3), each with a cursor, a lease and an epoch of its
-- own. Every statement can run twice, and while an older relay publishes: that one goes on with row 0 and only repeats.

-- Until when `holder` (the id of a relay_instance) may publish the group's events, by this database's clock. Null: free.
ALTER TABLE waybill.relay_cursor ADD COLUMN IF NOT EXISTS lease_until timestamptz;

-- Where row 0 stands, all of its shards stand.
INSERT INTO waybill.relay_cursor (shard_group, epoch, s1, s2, last_id, system_identifier, timeline, database_oid)
SELECT other, epoch, s1, s2, last_id, system_identifier, timeline, database_oid
FROM waybill.relay_cursor CROSS JOIN generate_series(1, 7) AS other
WHERE shard_group = 0
ON CONFLICT DO NOTHING;

-- The relays that live: how many share the work. One that has not been seen until expires_at counts as gone.
CREATE TABLE IF NOT EXISTS waybill.relay_instance (
  id uuid PRIMARY KEY, -- of one process
  name text NOT NULL, -- its client id
  host text NOT NULL,
  pid integer NOT NULL,
  version text NOT NULL,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz NOT NULL,
  -- The advisory lock (class 0x77617962) that its connection holds: without it the instance is gone, whatever expires_at
  -- says. Null where a pooler would make that untrue.
  lock_key integer
) WITH (fillfactor = 50); -- room for HOT updates: every heartbeat writes
