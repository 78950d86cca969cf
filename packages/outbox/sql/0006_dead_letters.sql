-- Events that Kafka does not take as they are, put aside by the relay so that all others go on, and what follows them on
-- their keys. Every statement can run twice.

-- A row is a whole copy of its row of waybill.outbox, written by the relay before its cursor moves past that: the ring may
-- truncate the slot afterwards. Schemas stay in waybill.schema for ever.
CREATE TABLE IF NOT EXISTS waybill.dead_letter (
  outbox_id bigint PRIMARY KEY, -- waybill.outbox.id: the order in which a key's events are published after all
  event_id uuid NOT NULL,
  shard smallint NOT NULL,
  topic text NOT NULL,
  key text,
  schema_id bigint NOT NULL,
  payload bytea NOT NULL,
  headers bytea NOT NULL,
  occurred_at timestamptz NOT NULL,
  -- parked: it could not be published. behind: an earlier event of its topic and key is parked.
  state text NOT NULL CHECK (state IN ('parked', 'behind')),
  -- Whether later events of its topic and key wait behind it. Never without a key.
  holds_key boolean NOT NULL,
  reason text, -- a word; null while behind
  message text, -- what the broker, its client or the registry said
  attempts integer NOT NULL DEFAULT 1, -- the first, and each redrive that failed at it
  parked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- What a person asked for; the relay that holds the shard does it.
  redrive_requested_at timestamptz,
  discard_requested_at timestamptz,
  discard_by text,
  discard_why text,
  CHECK ((state = 'behind') = (reason IS NULL)),
  CHECK (key IS NOT NULL OR NOT holds_key)
);

-- The held keys of a shard: read by whoever takes it over.
CREATE INDEX IF NOT EXISTS dead_letter_held ON waybill.dead_letter (shard, outbox_id) WHERE holds_key;
-- All of a key, in order. A hash, as keys and topics may be longer than an index takes.
CREATE INDEX IF NOT EXISTS dead_letter_key ON waybill.dead_letter (hashtextextended(key, 0), outbox_id);
-- What is asked for: looked at again and again, and empty nearly always.
CREATE INDEX IF NOT EXISTS dead_letter_asked ON waybill.dead_letter (shard, outbox_id)
  WHERE redrive_requested_at IS NOT NULL OR discard_requested_at IS NOT NULL;
-- For lists.
CREATE INDEX IF NOT EXISTS dead_letter_topic ON waybill.dead_letter (left(topic, 249), outbox_id);
CREATE INDEX IF NOT EXISTS dead_letter_reason ON waybill.dead_letter (reason, outbox_id) WHERE reason IS NOT NULL;
CREATE INDEX IF NOT EXISTS dead_letter_parked_at ON waybill.dead_letter (parked_at);

-- Who gave up which event, and why: without its data, which is gone for good.
CREATE TABLE IF NOT EXISTS waybill.discarded_event (
  outbox_id bigint PRIMARY KEY,
  event_id uuid NOT NULL,
  topic text NOT NULL,
  reason text, -- null: it waited behind another
  parked_at timestamptz NOT NULL,
  discarded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  discarded_by text NOT NULL,
  why text NOT NULL
);
