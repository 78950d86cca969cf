-- By what `outbox-relay run --delivery exactly-once` knows a database again that was set back to an earlier state: each Kafka
-- transaction names a mark that was on disk here before. A database without it has lost what was published since; its
-- transaction ids, row ids and leases cannot tell, as they go on from there and are given out again. Every statement can
-- run twice.
CREATE TABLE IF NOT EXISTS waybill.relay_mark (
  shard_group smallint NOT NULL,
  session_id uuid NOT NULL, -- of one session of a relay with this database
  seq bigint NOT NULL, -- raised before each of its transactions
  PRIMARY KEY (session_id, shard_group)
) WITH (fillfactor = 50); -- room for HOT updates; two rows for each group at most
