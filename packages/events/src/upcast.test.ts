import { describe, expect, it } from "@jest/globals";
import { describeEvent } from "./describe-event.ts";
import type { Envelope } from "./envelope.ts";
import { UpcastError } from "./errors.ts";
import type { EventDescriptor } from "./event-descriptor.ts";
import { createUpcaster } from "./upcast.ts";

interface Euros {
  readonly euros: number;
}
interface Cents {
  readonly cents: number;
}
interface BigCents {
  readonly cents: bigint;
}

const schemaOf = (name: string, field: string, type: string): string =>
  JSON.stringify({ type: "record", name, namespace: "shop.order", fields: [{ name: field, type }] });
const names = { type: "shop.order.placed" } as const;
const placedV1: EventDescriptor<"shop.order.placed", 1, Euros, {}> = describeEvent({
  ...names,
  version: 1,
  schema: schemaOf("OrderPlaced", "euros", "int"),
});
const placedV2: EventDescriptor<"shop.order.placed", 2, Cents, { readonly 1: typeof placedV1 }> = describeEvent({
  ...names,
  version: 2,
  schema: schemaOf("OrderPlacedV2", "cents", "int"),
  earlier: { 1: placedV1 },
});
const placedV10: EventDescriptor<
  "shop.order.placed",
  10,
  BigCents,
  { readonly 1: typeof placedV1; readonly 2: typeof placedV2 }
> = describeEvent({
  ...names,
  version: 10,
  schema: schemaOf("OrderPlacedV10", "cents", "long"),
  earlier: { 2: placedV2, 1: placedV1 },
});

const toCents = ({ euros }: Euros): Cents => ({ cents: euros * 100 });
const toBigCents = ({ cents }: Cents): BigCents => ({ cents: BigInt(cents) });

/** What a call throws. */
function errorOf(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return error;
  }
}

describe("createUpcaster", () => {
  const upcast = createUpcaster(placedV10, { 1: toCents, 2: toBigCents });

  it("chains the steps from the event's generation to the newest", () => {
    expect(upcast({ version: 1, data: { euros: 5 } })).toEqual({ cents: 500n });
    expect(upcast({ version: 2, data: { cents: 7 } })).toEqual({ cents: 7n });
  });

  it("passes the newest as it is", () => {
    const data = { cents: 9n };
    expect(upcast({ version: 10, data })).toBe(data);
  });

  it("gives each step the envelope", () => {
    const envelope = { id: "e", version: 1 } as Envelope;
    const seen: string[] = [];
    const noting = createUpcaster(placedV10, {
      1: (data, { id }) => (seen.push(`1 ${id}`), toCents(data)),
      2: (data, { id }) => (seen.push(`2 ${id}`), toBigCents(data)),
    });
    noting({ ...envelope, version: 1, data: { euros: 1 } });
    expect(seen).toEqual(["1 e", "2 e"]);
  });

  it("does for an earlier version with the steps of a later one", () => {
    const steps = { 1: toCents, 2: toBigCents };
    expect(createUpcaster(placedV2, steps)({ version: 1, data: { euros: 5 } })).toEqual({ cents: 500 });
  });
});

describe("what it refuses", () => {
  it("names every missing step", () => {
    const dynamic: EventDescriptor = placedV10;
    expect(errorOf(() => createUpcaster(dynamic, {}))).toMatchObject({
      name: "UpcastError",
      code: "UPCASTER_MISSING",
      message:
        "shop.order.placed has no upcaster from version 1 to version 2 and from version 2 to version 10. " +
        "Add { 1: (data) => …, 2: (data) => … }.",
    });
  });

  it("names the step that threw, and keeps the cause", () => {
    const cause = new RangeError("no such amount");
    const failing = createUpcaster(placedV10, {
      1: toCents,
      2: (): BigCents => {
        throw cause;
      },
    });
    const error = errorOf(() => failing({ version: 1, data: { euros: 5 } }));
    expect(UpcastError.is(error)).toBe(true);
    expect(error).toMatchObject({
      code: "UPCASTER_FAILED",
      from: 2,
      to: 10,
      cause,
      message: "The upcaster of shop.order.placed from version 2 to version 10 threw RangeError: no such amount",
    });
  });

  it.each([
    ["a promise: upcasters are synchronous", () => Promise.resolve({})],
    ["undefined", () => undefined],
    ["null", () => null],
  ])("a step that returns %s", (what, step) => {
    const dynamic: EventDescriptor = placedV2;
    const upcast = createUpcaster(dynamic, { 1: step });
    expect(() => upcast({ version: 1, data: {} })).toThrow(
      `The upcaster of shop.order.placed from version 1 to version 2 returned ${what}. It must return the data.`,
    );
  });

  it("a version that ends no generation", () => {
    const dynamic: EventDescriptor = placedV10;
    const upcast = createUpcaster(dynamic, { 1: (data) => data, 2: (data) => data });
    expect(errorOf(() => upcast({ version: 3, data: {} }))).toMatchObject({ code: "VERSION_UNKNOWN", from: 3, to: 10 });
  });
});
