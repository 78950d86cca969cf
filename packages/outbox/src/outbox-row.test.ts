import { expect, it } from "@jest/globals";
import { decodeRecordHeaders, describeEvent } from "@waybill/events";
import { toOutboxRow } from "./outbox-row.ts";
import { event, type PublishOptions } from "./pending-event.ts";

const note = describeEvent<"notes.note.taken", 3, { id: string | null }>({
  type: "notes.note.taken",
  version: 3,
  schema: JSON.stringify({
    type: "record",
    name: "notes.note.NoteTaken",
    fields: [{ name: "id", type: ["null", "string"], "waybill.key": true }],
  }),
});

const id = "0190163d-8694-739b-aea5-966c26f8ad91";
const surroundings = {
  source: "/notes",
  maxEventBytes: 10_000,
  context: {},
  now: () => new Date("2026-01-02T03:04:05.006Z"),
  newId: () => id,
};

function rowOf(options: PublishOptions = {}, key: string | null = "n-1", changes: Partial<typeof surroundings> = {}) {
  return toOutboxRow(event(note, { id: key }, options), { ...surroundings, ...changes });
}

function headersOf(...args: Parameters<typeof rowOf>): Record<string, string> {
  const entries = decodeRecordHeaders(rowOf(...args).headers);
  return Object.fromEntries(entries.map(([name, value]) => [name, new TextDecoder().decode(value)]));
}

it("makes a row of the descriptor, the data and its surroundings", () => {
  const { headers: _, ...row } = rowOf();
  expect(row).toEqual({
    eventId: id,
    topic: "notes.note",
    key: "n-1",
    descriptor: note,
    payload: note.encode({ id: "n-1" }),
    lockKey: false,
  });
  expect(headersOf()).toEqual({
    ce_specversion: "1.0",
    ce_id: id,
    ce_type: "notes.note.taken",
    ce_source: "/notes",
    ce_time: "2026-01-02T03:04:05.006Z",
    ce_subject: "n-1",
    ce_version: "3",
    ce_correlationid: id,
  });
});

it("takes a key from the data, the options, or neither", () => {
  expect(rowOf({}, null).key).toBeNull();
  expect(rowOf({ key: "own" }, null).key).toBe("own");
  expect(rowOf({ key: null }).key).toBeNull();
});

it("takes option over context over default", () => {
  const context = { source: "/context", correlationId: "c", causationId: "e" };
  expect(headersOf({}, "k", { context })).toMatchObject({
    ce_source: "/context",
    ce_correlationid: "c",
    ce_causationid: "e",
  });
  expect(headersOf({ source: "/own", correlationId: "o", causationId: "f" }, "k", { context })).toMatchObject({
    ce_source: "/own",
    ce_correlationid: "o",
    ce_causationid: "f",
  });
});

it("takes empty texts, as from an empty HTTP header, for absent", () => {
  const context = { source: "", correlationId: "", causationId: "", traceparent: "" };
  expect(headersOf({}, "k", { context })).toMatchObject({ ce_source: "/notes", ce_correlationid: id });
  expect(headersOf({}, "k", { context })).not.toHaveProperty("ce_causationid");
});

const trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

it.each([trace, `01${trace.slice(2)}-more`])("passes traceparent %s on", (traceparent) => {
  expect(headersOf({ traceparent })["traceparent"]).toBe(traceparent);
});

it.each([
  trace.toUpperCase(),
  trace.slice(1),
  `ff${trace.slice(2)}`,
  `${trace}0`,
  trace.replace("4bf92f3577b34da6a3ce929d0e0e4736", "0".repeat(32)),
  trace.replace("00f067aa0ba902b7", "0".repeat(16)),
])("leaves out traceparent %s", (traceparent) => {
  expect(headersOf({ traceparent })).not.toHaveProperty("traceparent");
});

it.each([
  [{ id: "17" }, "OPTION_INVALID", 'id "17" is not a UUID'],
  [{ topic: "a b" }, "OPTION_INVALID", 'topic "a b" is not a Kafka topic name'],
  [{ topic: ".." }, "OPTION_INVALID", 'topic ".." is not a Kafka topic name'],
  [{ topic: "x".repeat(250) }, "OPTION_INVALID", "is not a Kafka topic name"],
  [{ occurredAt: new Date(Number.NaN) }, "OPTION_INVALID", "occurredAt is an invalid Date"],
  [{ headers: { ce_id: "1" } }, "OPTION_INVALID", 'header "ce_id" belongs to the envelope'],
  [{ headers: { TraceParent: "1" } }, "OPTION_INVALID", 'header "TraceParent" belongs to the envelope'],
  [{ headers: { n: 1 as unknown as string } }, "OPTION_INVALID", 'header "n" is not a string'],
  [{ key: "a\0b" }, "KEY_INVALID", "the key holds a NUL character"],
  [{ key: "\ud83d" }, "KEY_INVALID", "half a surrogate pair"],
  [{ key: null, lockKey: true }, "KEY_INVALID", "lockKey needs a key"],
] satisfies [PublishOptions, string, string][])("refuses %j", (options, code, message) => {
  let error: unknown;
  try {
    rowOf(options);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toMatchObject({ code, message: expect.stringContaining(message) });
  expect(error).toMatchObject({ message: expect.stringMatching(/^cannot publish notes\.note\.taken version 3: /) });
});

it("counts frame, payload, key and headers into the size", () => {
  const { payload, headers } = rowOf({}, "é");
  const bytes = 5 + payload.length + headers.length + 2;
  expect(rowOf({}, "é", { maxEventBytes: bytes }).key).toBe("é");
  expect(() => rowOf({}, "é", { maxEventBytes: bytes - 1 })).toThrow(
    `notes.note.taken version 3 has ${bytes} bytes with its key and headers, more than maxEventBytes, ${bytes - 1}`,
  );
});
