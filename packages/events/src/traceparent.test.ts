import { expect, it } from "@jest/globals";
import { formatTraceparent, parseTraceparent } from "./traceparent.ts";

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const spanId = "00f067aa0ba902b7";

it.each([
  [`00-${traceId}-${spanId}-01`, 1],
  [`00-${traceId}-${spanId}-00`, 0],
  [`01-${traceId}-${spanId}-03-what-later-versions-add`, 3],
])("reads %s", (text, traceFlags) => {
  expect(parseTraceparent(text)).toEqual({ traceId, spanId, traceFlags });
});

it.each([
  "",
  "00",
  `ff-${traceId}-${spanId}-01`,
  `00-${"0".repeat(32)}-${spanId}-01`,
  `00-${traceId}-${"0".repeat(16)}-01`,
  `00-${traceId.toUpperCase()}-${spanId}-01`,
  `00-${traceId}-${spanId}-1`,
  ` 00-${traceId}-${spanId}-01`,
])("ignores %j", (text) => {
  expect(parseTraceparent(text)).toBeNull();
});

it("writes what it reads", () => {
  const text = `00-${traceId}-${spanId}-01`;
  expect(formatTraceparent({ traceId, spanId, traceFlags: 1 })).toBe(text);
});
