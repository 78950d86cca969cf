-- By what `outbox-relay run --delivery exactly-once` knows a database again that was set back to an earlier state. Each of its
-- Kafka transactions names a mark that was on disk here before: a session of a relay, and a number that it raises before each
-- batch. A database without it lacks what was published since; its transaction ids, row ids and leases cannot tell, as they
-- go on from where they are and are given out again. Every statement can run twice.
ALTER TABLE waybill.relay_cursor
  ADD COLUMN IF NOT EXISTS mark_session uuid,
  ADD COLUMN IF NOT EXISTS mark bigint,
  -- Of an earlier session: what Kafka may name until this one has committed there.
  ADD COLUMN IF NOT EXISTS kept_session uuid,
  ADD COLUMN IF NOT EXISTS kept_mark bigint;
