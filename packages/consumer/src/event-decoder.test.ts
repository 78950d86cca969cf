import { describe, expect, it } from "@jest/globals";
import { describeEvent, envelopeToHeaders, frame } from "@waybill/events";
import { EventDecoder, headerText, selectReader } from "./event-decoder.ts";
import type { Registration } from "./handlers.ts";
import type { KafkaRecord, RecordHeader } from "./kafka-port.ts";

const schemaOf = (name: string, ...fields: object[]): string =>
  JSON.stringify({ type: "record", name, namespace: "shop.order", fields });
const id = { name: "id", type: "string" };

const placedV1 = describeEvent({ type: "shop.order.placed", version: 1, schema: schemaOf("OrderPlaced", id) });
const placedV3 = describeEvent({
  type: "shop.order.placed",
  version: 3,
  schema: schemaOf("OrderPlacedV2", id, { name: "note", type: "string", default: "none" }),
  earlier: { 1: placedV1 },
});
const upcaster = (data: unknown): unknown => ({ ...(data as object), note: "upcast" });
const registration: Registration = {
  descriptor: placedV3,
  upcast: new Map([[1, upcaster]]),
  handler: async () => {},
};

describe("selectReader", () => {
  it("reads the handler's own generation by itself", () => {
    expect(selectReader(registration, "shop.order.OrderPlacedV2")).toEqual({ descriptor: placedV3, upcast: null });
  });

  it("reads an earlier generation by its descriptor and upcaster", () => {
    expect(selectReader(registration, "shop.order.OrderPlaced")).toEqual({ descriptor: placedV1, upcast: upcaster });
  });

  it("knows no other", () => {
    expect(selectReader(registration, "shop.order.OrderPlacedV3")).toBeUndefined();
  });
});

function recordOf(payload: Uint8Array, registryId: number): KafkaRecord {
  const headers = envelopeToHeaders({
    id: "018f0000-0000-7000-8000-000000000000",
    type: "shop.order.placed",
    version: 1,
    source: "/test",
    time: new Date(0),
    subject: "a",
    correlationId: "c",
    causationId: null,
    traceparent: null,
  }).map(([name, value]): RecordHeader => [name, new TextEncoder().encode(value)]);
  const place = { topic: "shop.order", partition: 0, offset: 0n, timestampMs: 0 };
  return { ...place, key: null, value: frame(registryId, payload), headers };
}

describe("EventDecoder", () => {
  const registry = {
    schemaById: async (registryId: number) => {
      const { schema: text, recordName } = registryId === 1 ? placedV1 : placedV3;
      return { registryId, text, recordName };
    },
  };

  it("gives envelope and data of the handler's version", async () => {
    const event = await new EventDecoder(registry).decode(
      recordOf(placedV3.encode({ id: "a", note: "n" }), 3),
      registration,
    );
    expect(event).toMatchObject({ type: "shop.order.placed", correlationId: "c", data: { id: "a", note: "n" } });
  });

  it("upcasts an earlier generation", async () => {
    const event = await new EventDecoder(registry).decode(recordOf(placedV1.encode({ id: "a" }), 1), registration);
    expect(event).toMatchObject({ version: 1, data: { id: "a", note: "upcast" } });
  });

  it("says what cannot be read, and keeps the cause", async () => {
    const decoding = new EventDecoder(registry).decode(recordOf(Uint8Array.of(99), 3), registration);
    await expect(decoding).rejects.toMatchObject({
      code: "EVENT_UNREADABLE",
      message: expect.stringMatching(/^shop\.order\.placed cannot be read: /),
      cause: { name: "DecodeError" },
    });
  });
});

it("reads the first of several headers, and none where there is no value", () => {
  const headers: RecordHeader[] = [
    ["a", Uint8Array.of(49)],
    ["a", Uint8Array.of(50)],
    ["b", null],
  ];
  const record = { ...recordOf(new Uint8Array(), 1), headers };
  expect([headerText(record, "a"), headerText(record, "b"), headerText(record, "c")]).toEqual([
    "1",
    undefined,
    undefined,
  ]);
});
