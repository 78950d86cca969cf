import { describe, expect, it } from "@jest/globals";
import { createUpcaster, describeEvent, type EventDescriptor, envelopeToHeaders, frame } from "@waybill/events";
import { EventDecoder, headerText, selectReader } from "./event-decoder.ts";
import type { Registration } from "./handlers.ts";
import type { KafkaRecord, RecordHeader } from "./kafka-port.ts";

const schemaOf = (name: string, ...fields: object[]): string =>
  JSON.stringify({ type: "record", name, namespace: "shop.order", fields });
const id = { name: "id", type: "string" };

const placedV1 = describeEvent({ type: "shop.order.placed", version: 1, schema: schemaOf("OrderPlaced", id) });
const placedV3: EventDescriptor = describeEvent({
  type: "shop.order.placed",
  version: 3,
  schema: schemaOf("OrderPlacedV2", id, { name: "note", type: "string", default: "none" }),
  earlier: { 1: placedV1 },
});
const registration: Registration = {
  descriptor: placedV3,
  upcast: createUpcaster(placedV3, { 1: (data) => ({ ...(data as object), note: "upcast" }) }),
  handler: async () => {},
};

describe("selectReader", () => {
  it("reads the handler's own generation by itself", () => {
    expect(selectReader(placedV3, "shop.order.OrderPlacedV2")).toBe(placedV3);
  });

  it("reads an earlier generation by its descriptor", () => {
    expect(selectReader(placedV3, "shop.order.OrderPlaced")).toBe(placedV1);
  });

  it("knows no other", () => {
    expect(selectReader(placedV3, "shop.order.OrderPlacedV3")).toBeUndefined();
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

  it("chains the steps from the earliest generation", async () => {
    const descriptor: EventDescriptor = describeEvent({
      type: "shop.order.placed",
      version: 4,
      schema: schemaOf("OrderPlacedV4", id),
      earlier: { 1: placedV1, 3: placedV3 },
    });
    const seen: unknown[] = [];
    const upcast = createUpcaster(descriptor, {
      1: (data, { version }) => (seen.push([1, version]), data),
      3: (data, { version }) => (seen.push([3, version]), data),
    });
    const decoder = new EventDecoder(registry);
    const chained = { ...registration, descriptor, upcast };
    expect(await decoder.decode(recordOf(placedV1.encode({ id: "a" }), 1), chained)).toMatchObject({
      version: 1,
      data: { id: "a" },
    });
    await decoder.decode(recordOf(placedV3.encode({ id: "a", note: "n" }), 3), chained);
    expect(seen).toEqual([
      [1, 1],
      [3, 1],
      [3, 3],
    ]);
  });

  it("names the step that failed, and keeps what it threw", async () => {
    const cause = new Error("first line\nsecond line");
    const upcast = createUpcaster(placedV3, {
      1: () => {
        throw cause;
      },
    });
    const decoding = new EventDecoder(registry).decode(recordOf(placedV1.encode({ id: "a" }), 1), {
      ...registration,
      upcast,
    });
    await expect(decoding).rejects.toMatchObject({
      code: "UPCAST_FAILED",
      message: "The upcaster of shop.order.placed from version 1 to version 3 threw Error: second line",
      cause,
    });
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
