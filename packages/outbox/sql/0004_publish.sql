-- waybill.publish: the outbox for writers in any language. SELECT it in the transaction that makes the event true.
-- Every statement can run twice.

-- A length as a Kafka record holds it: zigzag, then 7 bits a byte, the lowest first. Lengths are never negative.
CREATE OR REPLACE FUNCTION waybill.varint(length integer) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  rest bigint := length::bigint << 1;
  bytes bytea := '';
BEGIN
  IF length < 0 THEN
    RAISE EXCEPTION 'waybill.varint: % is negative', length;
  END IF;
  WHILE rest > 127 LOOP
    bytes := bytes || set_byte('\x00', 0, (rest & 127)::integer | 128);
    rest := rest >> 7;
  END LOOP;
  RETURN bytes || set_byte('\x00', 0, rest::integer);
END
$$;

-- Names and values in turn, as the headers of a Kafka record: their count, then each with its lengths. A pair whose
-- value is null is left out.
CREATE OR REPLACE FUNCTION waybill.record_headers(VARIADIC pairs text[]) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  body bytea := '';
  total integer := 0;
  name bytea;
  value bytea;
BEGIN
  FOR i IN 1 .. coalesce(array_length(pairs, 1), 0) BY 2 LOOP
    CONTINUE WHEN pairs[i + 1] IS NULL;
    name := convert_to(pairs[i], 'UTF8');
    value := convert_to(pairs[i + 1], 'UTF8');
    body := body || waybill.varint(octet_length(name)) || name || waybill.varint(octet_length(value)) || value;
    total := total + 1;
  END LOOP;
  RETURN waybill.varint(total) || body;
END
$$;

-- A UUIDv7: 48 bits of milliseconds, the rest random but for version and variant. PostgreSQL has its own from 18 only.
CREATE OR REPLACE FUNCTION waybill.new_event_id() RETURNS uuid
LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
  SELECT encode(
    set_bit(set_bit(
      overlay(uuid_send(gen_random_uuid())
        PLACING substring(int8send(floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6),
      52, 1), 53, 1), -- gen_random_uuid's version is 4, binary 0100; these two bits make it 0111
    'hex')::uuid
$$;

-- Full name of the record that an Avro schema defines.
CREATE OR REPLACE FUNCTION waybill.record_name(schema jsonb) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE
    WHEN position('.' IN schema ->> 'name') > 0 OR coalesce(schema ->> 'namespace', '') = '' THEN schema ->> 'name'
    ELSE (schema ->> 'namespace') || '.' || (schema ->> 'name')
  END
$$;

-- Writes one event and returns its id. `payload` is Avro (not framed), written by exactly the schema text `definition`:
-- nothing here reads it, so what does not fit is found by its consumers. Each schema text is stored with the first event
-- that uses it. For order within `key`, hold the row lock on what the event is about, or call waybill.lock_keys first.
CREATE OR REPLACE FUNCTION waybill.publish(
  topic text,
  key text, -- null for none
  type text, -- domain.entity.action
  version integer,
  definition text, -- the schema's JSON, the very text that is registered
  payload bytea,
  headers jsonb DEFAULT '{}', -- further Kafka headers: an object of strings
  source text DEFAULT '/',
  correlation_id text DEFAULT NULL, -- the event's own id when null
  causation_id text DEFAULT NULL,
  traceparent text DEFAULT NULL,
  event_id uuid DEFAULT NULL, -- a new UUIDv7 when null
  occurred_at timestamptz DEFAULT NULL, -- now when null
  max_event_bytes integer DEFAULT 900000
) RETURNS uuid
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  new_id uuid := coalesce(publish.event_id, waybill.new_event_id());
  happened timestamptz := coalesce(publish.occurred_at, clock_timestamp());
  new_schema_id bigint := ('x' || encode(substring(sha256(convert_to(definition, 'UTF8')) FROM 1 FOR 8), 'hex'))::bit(64)::bigint;
  name text := waybill.record_name(definition::jsonb);
  valid_traceparent constant text :=
    '^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?$';
  own text[];
  encoded bytea;
  size integer;
BEGIN
  IF coalesce(publish.topic, '') !~ '^[a-zA-Z0-9._-]{1,249}$' OR publish.topic IN ('.', '..') THEN
    RAISE EXCEPTION 'waybill.publish: % is not a Kafka topic name', quote_nullable(publish.topic);
  END IF;
  IF coalesce(publish.type, '') = '' OR coalesce(publish.version, 0) < 1 OR coalesce(publish.source, '') = '' THEN
    RAISE EXCEPTION 'waybill.publish: event % version % needs a type, a version from 1, and a source',
      quote_nullable(publish.type), coalesce(publish.version::text, 'NULL');
  END IF;
  IF (definition::jsonb ->> 'type') IS DISTINCT FROM 'record' OR name IS NULL THEN
    RAISE EXCEPTION 'waybill.publish: the definition of event % version % is not the schema of an Avro record',
      publish.type, publish.version;
  END IF;
  IF jsonb_typeof(publish.headers) IS DISTINCT FROM 'object' THEN
    RAISE EXCEPTION 'waybill.publish: headers must be an object of strings';
  END IF;
  IF EXISTS (
    SELECT FROM jsonb_each(publish.headers) AS header
    WHERE jsonb_typeof(header.value) <> 'string' OR header.key ~* '^(ce_.*|traceparent)$'
  ) THEN
    RAISE EXCEPTION 'waybill.publish: a header is not a string, or belongs to the envelope (ce_…, traceparent)';
  END IF;

  own := ARRAY(
    SELECT text FROM jsonb_each_text(publish.headers) WITH ORDINALITY AS header (name, value, position),
      LATERAL (VALUES (1, header.name), (2, header.value)) AS part (position, text)
    ORDER BY header.position, part.position);
  encoded := waybill.record_headers(VARIADIC ARRAY[
    'ce_specversion', '1.0',
    'ce_id', new_id::text,
    'ce_type', publish.type,
    'ce_source', publish.source,
    'ce_time', to_char(happened AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'ce_subject', publish.key,
    'ce_version', publish.version::text,
    'ce_correlationid', coalesce(nullif(publish.correlation_id, ''), new_id::text),
    'ce_causationid', nullif(publish.causation_id, ''),
    -- W3C asks to leave out one that is not trace context.
    'traceparent', CASE WHEN publish.traceparent ~ valid_traceparent THEN publish.traceparent END
  ] || own);
  size := 5 + octet_length(publish.payload) + octet_length(encoded) + coalesce(octet_length(convert_to(publish.key, 'UTF8')), 0);
  IF size > publish.max_event_bytes THEN
    RAISE EXCEPTION 'waybill.publish: event % version % has % bytes with its key and headers, more than max_event_bytes, %',
      publish.type, publish.version, size, publish.max_event_bytes;
  END IF;

  INSERT INTO waybill.schema (id, type, version, record_name, definition)
  SELECT new_schema_id, publish.type, publish.version, name, publish.definition
  WHERE NOT EXISTS (SELECT FROM waybill.schema AS known WHERE known.id = new_schema_id);
  INSERT INTO waybill.outbox (event_id, topic, key, schema_id, payload, headers)
  VALUES (new_id, publish.topic, publish.key, new_schema_id, publish.payload, encoded);
  RETURN new_id;
END
$$;
