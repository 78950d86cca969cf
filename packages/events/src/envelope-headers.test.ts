import { expect, it } from "@jest/globals";
import type { Envelope } from "./envelope.ts";
import { envelopeFromHeaders, envelopeToHeaders } from "./envelope-headers.ts";

const envelope: Envelope = {
  id: "0190e7a0-0000-7000-8000-000000000001",
  type: "orders.order.placed",
  version: 2,
  source: "/checkout",
  time: new Date("2026-11-21T10:00:00.123Z"),
  subject: "order-1",
  correlationId: "request-1",
  causationId: "0190e7a0-0000-7000-8000-000000000000",
  traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
};

const roundTrip = (value: Envelope) => {
  const headers = new Map(envelopeToHeaders(value));
  return envelopeFromHeaders((name) => headers.get(name));
};

it("maps every field to a CloudEvents header and back", () => {
  expect(envelopeToHeaders(envelope)).toEqual([
    ["ce_specversion", "1.0"],
    ["ce_id", "0190e7a0-0000-7000-8000-000000000001"],
    ["ce_type", "orders.order.placed"],
    ["ce_source", "/checkout"],
    ["ce_time", "2026-11-21T10:00:00.123Z"],
    ["ce_subject", "order-1"],
    ["ce_version", "2"],
    ["ce_correlationid", "request-1"],
    ["ce_causationid", "0190e7a0-0000-7000-8000-000000000000"],
    ["traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"],
  ]);
  expect(roundTrip(envelope)).toEqual(envelope);
});

it("has no header for a field that is null", () => {
  const bare = { ...envelope, subject: null, causationId: null, traceparent: null };
  expect(envelopeToHeaders(bare).map(([name]) => name)).not.toEqual(expect.arrayContaining(["ce_subject"]));
  expect(roundTrip(bare)).toEqual(bare);
});

it("begins a chain of its own where there is no correlation id", () => {
  const headers = new Map(envelopeToHeaders(envelope));
  headers.delete("ce_correlationid");
  expect(envelopeFromHeaders((name) => headers.get(name)).correlationId).toBe(envelope.id);
});

it("names everything that is missing or wrong at once", () => {
  const headers = new Map([
    ["ce_version", "two"],
    ["ce_time", "yesterday"],
    ["ce_source", "/x"],
  ]);
  expect(() => envelopeFromHeaders((name) => headers.get(name))).toThrow(
    "the message's headers are not an event's: ce_id is missing, ce_version is not a positive integer, " +
      "ce_time is not an RFC 3339 time, ce_type is missing",
  );
});
