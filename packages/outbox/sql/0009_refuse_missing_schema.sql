-- For a client that does not wait for the answer to its events (pipelinePublish of @waybill/outbox): it relies on a schema
-- that an earlier transaction has seen in waybill.schema. Should that be gone, the transaction fails instead of committing
-- events whose schema nobody knows. Every statement can run twice.
CREATE OR REPLACE FUNCTION waybill.refuse_missing_schema() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the schema of an event is gone from waybill.schema, as after a restore: run the transaction again'
    USING ERRCODE = 'WB001';
END
$$;
