/**
 * The settings of a session's connections, in one round trip.
 *
 * - The first five pin the plans of the reader's queries. Without them a table that was never analysed gets a plan
 *   that takes seconds (measured: 8 to 20 s on PostgreSQL 18), and autovacuum never analyses the ring's slots.
 * - Row-level security would hide events without a word, and the cursor would pass them: without it they are an error.
 * - Times come as text, in the form that the driver reads.
 * - A cursor lost in a crash of the server only repeats events, so its commit need not wait for the disk.
 * - Limits that databases and roles set for applications are not the relay's: it is idle by design, and a save that waits
 *   for a lock is better than one more session. PostgreSQL has transaction_timeout from 17 on.
 * - A relay whose machine vanished keeps its connections until the server notices: here after about 25 seconds.
 */
export const sessionSettings = `
SET jit = off;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
SET max_parallel_workers_per_gather = 0;
SET plan_cache_mode = force_generic_plan;
SET default_transaction_isolation = 'read committed';
SET default_transaction_read_only = off;
SET search_path = pg_catalog;
SET row_security = off;
SET datestyle = 'ISO';
SET synchronous_commit = off;
SET statement_timeout = '60s';
SET lock_timeout = 0;
SET idle_session_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SELECT set_config(name, '0', false) FROM pg_settings WHERE name = 'transaction_timeout';
SET tcp_keepalives_idle = 10;
SET tcp_keepalives_interval = 5;
SET tcp_keepalives_count = 3`;
