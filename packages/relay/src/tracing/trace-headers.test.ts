import { expect, it } from "@jest/globals";
import { encodeRecordHeaders } from "@waybill/events";
import { sampledTraceHeaders } from "./trace-headers.ts";

const sampled = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

function read(headers: readonly (readonly [string, string])[]) {
  const encoded = encodeRecordHeaders(headers);
  const bytes = Buffer.concat([Buffer.from("before"), encoded, Buffer.from("after")]);
  return sampledTraceHeaders(bytes, 6, 6 + encoded.length);
}

it("finds the trace context and the event's id among other headers", () => {
  const others = [
    ["ce_type", "x".repeat(200)],
    ["tracestate", "a=b"],
    ["", ""],
  ] as const;
  expect(read([["ce_id", "id-1"], ...others, ["traceparent", sampled]])).toEqual({
    traceparent: sampled,
    eventId: "id-1",
  });
  expect(read([["traceparent", sampled], ...others])).toEqual({ traceparent: sampled, eventId: null });
});

it.each(["01", "03", "09", "0b", "0d", "0f", "ff"])("takes the flags %s for sampled", (flags) => {
  expect(read([["traceparent", sampled.replace(/01$/, flags)]])).not.toBeNull();
});

it.each(["00", "02", "0a", "0c", "0e", "fe"])("takes the flags %s for not sampled", (flags) => {
  expect(read([["traceparent", sampled.replace(/01$/, flags)]])).toBeNull();
});

it.each([[[]], [[["ce_id", "id-1"]]], [[["Traceparent", sampled]]], [[["traceparent", "00"]]]] as const)(
  "finds none in %j",
  (headers) => {
    expect(read(headers)).toBeNull();
  },
);

it("reads no further than the headers, whatever they hold", () => {
  const encoded = Buffer.from(encodeRecordHeaders([["traceparent", sampled]]));
  for (let end = 0; end < encoded.length; end++) expect(sampledTraceHeaders(encoded, 0, end)).toBeNull();
  for (let position = 0; position < encoded.length; position++) {
    for (const byte of [0x00, 0x01, 0x7f, 0x80, 0xff]) {
      const broken = Buffer.from(encoded);
      broken[position] = byte;
      expect(() => sampledTraceHeaders(broken, 0, broken.length)).not.toThrow();
    }
  }
});
