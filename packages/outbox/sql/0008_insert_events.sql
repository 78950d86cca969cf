-- What publish and publishAll of @waybill/outbox call. In functions, because PostgreSQL keeps the plans of their statements for
-- a connection, whereas a statement that Prisma sends is parsed and planned anew each time: measured on the server, one
-- event takes 120 us instead of 190, ten take 220 instead of 490. Every statement can run twice.
--
-- Both return the ids of those schemas that waybill.schema does not show to this transaction. The caller then inserts them,
-- in the same transaction. So a schema's text is sent with its first event only, and nothing that a rollback could
-- falsify is remembered anywhere.

CREATE OR REPLACE FUNCTION waybill.insert_event(
  event_id uuid, topic text, key text, schema_id bigint, payload bytea, headers bytea
) RETURNS SETOF bigint
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  INSERT INTO waybill.outbox (event_id, topic, key, schema_id, payload, headers)
  VALUES (insert_event.event_id, insert_event.topic, insert_event.key, insert_event.schema_id, insert_event.payload,
    insert_event.headers);
  IF NOT EXISTS (SELECT FROM waybill.schema AS known WHERE known.id = insert_event.schema_id) THEN
    RETURN NEXT insert_event.schema_id;
  END IF;
END
$$;

-- Several events, in their order: the ids that place them in the order of publishing are drawn as the rows come, and
-- after the locks on `lock_keys` (which may be empty).
--
-- `content` is the payload and the headers of each event, one after the other, and `ends` where each of these ends in it,
-- after a leading 0. Bytes in arrays travel as text and are parsed character by character, so these do not. The plan is the
-- generic one: by itself PostgreSQL would plan the INSERT anew for the lengths of each call's arrays.
CREATE OR REPLACE FUNCTION waybill.insert_events(
  event_ids uuid[], topics text[], keys text[], schema_ids bigint[], ends integer[], content bytea, lock_keys text[]
) RETURNS SETOF bigint
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  IF cardinality(lock_keys) > 0 THEN
    PERFORM waybill.lock_keys(lock_keys);
  END IF;
  INSERT INTO waybill.outbox (event_id, topic, key, schema_id, payload, headers)
  SELECT event_ids[n], topics[n], keys[n], schema_ids[n],
    substring(content FROM ends[2 * n - 1] + 1 FOR ends[2 * n] - ends[2 * n - 1]),
    substring(content FROM ends[2 * n] + 1 FOR ends[2 * n + 1] - ends[2 * n])
  FROM (SELECT n FROM generate_series(1, cardinality(event_ids)) AS n ORDER BY n) AS event;
  RETURN QUERY SELECT DISTINCT used FROM unnest(schema_ids) AS used
    WHERE NOT EXISTS (SELECT FROM waybill.schema AS known WHERE known.id = used);
END
$$;
