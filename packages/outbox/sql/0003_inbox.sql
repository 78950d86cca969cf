-- The inbox: which events a consumer group has handled. A row commits together with its handler's effects, so an
-- event that Kafka delivers again finds it and changes nothing. Every statement can run twice.
CREATE TABLE IF NOT EXISTS waybill.inbox (
  group_id text NOT NULL,
  event_id uuid NOT NULL,
  processed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (group_id, event_id) -- event ids are UUIDv7, so a group's inserts go to the right-hand edge
);
-- For pruning. Not by the time inside event_id: an old event that was handled today must be kept from today.
CREATE INDEX IF NOT EXISTS inbox_processed_at ON waybill.inbox (processed_at);
