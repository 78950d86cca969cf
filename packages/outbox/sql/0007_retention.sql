-- Retention: published rows leave by TRUNCATE of a whole slot of the ring, never one by one. Every statement can run
-- twice; the length of a slot that an operator has chosen stays.

-- For how many seconds one slot takes new rows. The default of waybill.outbox.slot is the one place that says so: a
-- literal there costs a writer nothing, and a second place could disagree.
CREATE OR REPLACE FUNCTION waybill.slot_seconds() RETURNS integer
LANGUAGE sql STABLE AS $$
  SELECT substring(pg_get_expr(d.adbin, d.adrelid) FROM '/ ([0-9]+)')::integer
  FROM pg_attrdef AS d JOIN pg_attribute AS a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
  WHERE d.adrelid = 'waybill.outbox'::regclass AND a.attname = 'slot'
$$;

-- The slot that the default gives rows of this instant.
CREATE OR REPLACE FUNCTION waybill.slot_at(instant timestamptz) RETURNS smallint
LANGUAGE sql STABLE AS $$
  SELECT ((extract(epoch FROM instant)::bigint / waybill.slot_seconds()) % 8)::smallint
$$;

-- Changes the length of the slots, for the table's owner. Rows stay where they are: a slot may then hold rows of two
-- times until it is next emptied. The lock that this takes would make writers queue behind an open transaction, so it
-- asks for 50 ms at a time and lets them pass in between.
CREATE OR REPLACE FUNCTION waybill.set_slot_seconds(seconds integer) RETURNS void
LANGUAGE plpgsql SET lock_timeout = '50ms' AS $$
BEGIN
  IF seconds IS NULL OR seconds < 1 OR seconds > 604800 THEN
    RAISE EXCEPTION 'waybill.set_slot_seconds: % is not a number of seconds from 1 to 604800, a week',
      quote_nullable(seconds);
  END IF;
  IF seconds = waybill.slot_seconds() THEN
    RETURN;
  END IF;
  FOR attempt IN 1..200 LOOP
    BEGIN
      EXECUTE format('ALTER TABLE ONLY waybill.outbox ALTER COLUMN slot
        SET DEFAULT ((extract(epoch FROM clock_timestamp())::bigint / %s) %% 8)::smallint', seconds);
      RETURN;
    EXCEPTION WHEN lock_not_available THEN
      PERFORM pg_sleep(0.1);
    END;
  END LOOP;
  RAISE EXCEPTION 'waybill.set_slot_seconds: transactions that have written to waybill.outbox or read it have been open '
    'for half a minute; nothing was changed. End them (pg_stat_activity, pg_prepared_xacts) and run it again'
    USING ERRCODE = 'lock_not_available';
END
$$;

-- Whether every row of a slot is published, for every cursor: none of them is invisible to s1; or the slot's highest id
-- is published in the window that is being read, and none is invisible to its end, s2. Rows are compared with all
-- cursors, whatever their shard: sometimes too careful, never too bold. A transaction is invisible to a snapshot when it
-- is from xmax on, or is listed as running: a few index look-ups, however large the slot.
CREATE OR REPLACE FUNCTION waybill.slot_is_published(slot smallint) RETURNS boolean
LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off AS $$
DECLARE
  partition constant text := format('waybill.outbox_%s', slot);
  stored record;
  newest_xid xid8;
  newest_id bigint;
  outside_s1 boolean;
  outside_s2 boolean;
BEGIN
  EXECUTE format('SELECT (SELECT max(xid) FROM ONLY %1$s), (SELECT max(id) FROM ONLY %1$s)', partition)
    INTO newest_xid, newest_id;
  IF newest_xid IS NULL THEN
    RETURN true;
  END IF;
  IF NOT EXISTS (SELECT FROM waybill.relay_cursor) THEN
    RETURN false; -- without a cursor everything is still to be published
  END IF;
  FOR stored IN SELECT DISTINCT s1::text, s2::text, last_id FROM waybill.relay_cursor LOOP
    -- A cursor that is ahead of this database was made in another one, and says nothing about it.
    IF pg_snapshot_xmax(stored.s1::pg_snapshot) > pg_snapshot_xmax(pg_current_snapshot()) THEN
      RETURN false;
    END IF;
    EXECUTE format('SELECT $1 >= pg_snapshot_xmax($2) OR EXISTS (
        SELECT FROM ONLY %s WHERE xid = ANY (ARRAY(SELECT pg_snapshot_xip($2))))', partition)
      INTO outside_s1 USING newest_xid, stored.s1::pg_snapshot;
    CONTINUE WHEN NOT outside_s1;
    IF stored.s2 IS NULL OR newest_id > stored.last_id THEN
      RETURN false;
    END IF;
    EXECUTE format('SELECT $1 >= pg_snapshot_xmax($2) OR EXISTS (
        SELECT FROM ONLY %s WHERE xid = ANY (ARRAY(SELECT pg_snapshot_xip($2))))', partition)
      INTO outside_s2 USING newest_xid, stored.s2::pg_snapshot;
    IF outside_s2 THEN
      RETURN false;
    END IF;
  END LOOP;
  RETURN true;
END
$$;

-- Empties a slot, or says why not: 'truncated', 'empty', 'current', 'unpublished' or 'retained'.
--
-- One statement, which the server ends by itself: a caller that dies or stops in the middle holds no lock. What is
-- checked is checked under the lock, when nobody has an uncommitted row in the slot and nobody can add one. Waits 50 ms
-- for the lock at most (lock_not_available), as readers and writers of the slot queue behind it meanwhile.
CREATE OR REPLACE FUNCTION waybill.truncate_slot(slot smallint, retention interval) RETURNS text
LANGUAGE plpgsql SET lock_timeout = '50ms' AS $$
DECLARE
  partition constant text := format('waybill.outbox_%s', slot);
  newest_at timestamptz;
BEGIN
  -- A snapshot from before the lock would not show the rows that were committed while waiting for it.
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'waybill.truncate_slot: needs read committed, not %', current_setting('transaction_isolation');
  END IF;
  -- The parent first, as a TRUNCATE or ALTER of the whole outbox does: slot_seconds locks it too, and the other way round
  -- the two would wait for each other.
  LOCK TABLE ONLY waybill.outbox IN ACCESS SHARE MODE;
  EXECUTE format('LOCK TABLE ONLY %s IN ACCESS EXCLUSIVE MODE', partition);
  IF slot = waybill.slot_at(clock_timestamp()) THEN
    RETURN 'current';
  END IF;
  EXECUTE format('SELECT occurred_at FROM ONLY %s ORDER BY id DESC LIMIT 1', partition) INTO newest_at;
  IF newest_at IS NULL THEN
    RETURN 'empty';
  END IF;
  IF newest_at > clock_timestamp() - retention THEN
    RETURN 'retained';
  END IF;
  IF NOT waybill.slot_is_published(slot) THEN
    RETURN 'unpublished';
  END IF;
  EXECUTE format('TRUNCATE ONLY %s', partition);
  RETURN 'truncated';
END
$$;

-- Four hours: 8 slots then keep every row for a day at least, and leave 4 hours to empty a slot before the ring comes
-- round to it (docs/decisions, "A ring of eight slots of four hours"). Only where the length is still that of
-- 0001_outbox, so that the choice of an operator outlives this file's second run.
DO $$
BEGIN
  IF waybill.slot_seconds() = 3600 AND obj_description('waybill.outbox'::regclass, 'pg_class') IS NULL THEN
    PERFORM waybill.set_slot_seconds(14400);
    COMMENT ON TABLE waybill.outbox IS 'Events to publish, in a ring of 8 slots: see waybill.set_slot_seconds';
  END IF;
END
$$;

-- Writes the cursors anew when dead versions of them fill more than `max_bytes`, and tells whether it did. Every batch that
-- is published saves its cursor, hundreds of times a second, and while an old transaction is open no version goes: each
-- save then walks over all before it (measured: 0.04 us for each), whatever VACUUM does. TRUNCATE does not wait for old
-- snapshots. Savers wait for a millisecond; who waits longer than 50 ms for the lock gives up (lock_not_available).
CREATE OR REPLACE FUNCTION waybill.compact_cursors(max_bytes bigint) RETURNS boolean
LANGUAGE plpgsql SET lock_timeout = '50ms' AS $$
DECLARE
  cursors waybill.relay_cursor[];
BEGIN
  IF pg_relation_size('waybill.relay_cursor') <= max_bytes THEN
    RETURN false;
  END IF;
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'waybill.compact_cursors: needs read committed, not %', current_setting('transaction_isolation');
  END IF;
  LOCK TABLE waybill.relay_cursor IN ACCESS EXCLUSIVE MODE;
  cursors := ARRAY(SELECT stored FROM waybill.relay_cursor AS stored);
  TRUNCATE waybill.relay_cursor;
  INSERT INTO waybill.relay_cursor SELECT (stored).* FROM unnest(cursors) AS stored;
  RETURN true;
END
$$;
