/**
 * What the compiler must take and refuse; `tsc -b` runs it. A line under `@ts-expect-error` that compiles is an error.
 */
import { createUpcaster, type Envelope, type EventDescriptor, type Upcasters } from "@waybill/events";

interface V1 {
  readonly id: string;
  readonly euros: number;
}
interface V2 {
  readonly id: string;
  readonly cents: number;
}
interface V4 {
  readonly id: string;
  readonly cents: bigint;
}
declare const placedV1: EventDescriptor<"orders.order.placed", 1, V1, {}>;
declare const placedV2: EventDescriptor<"orders.order.placed", 2, V2, { readonly 1: typeof placedV1 }>;
/** Version 3 is of the second generation, too, and the third begins with version 4. */
declare const placedV3: EventDescriptor<"orders.order.placed", 3, V2, { readonly 1: typeof placedV1 }>;
declare const placedV4: EventDescriptor<
  "orders.order.placed",
  4,
  V4,
  { readonly 1: typeof placedV1; readonly 3: typeof placedV3 }
>;
declare const unknownEvent: EventDescriptor;

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

// Each step leads to the next generation, the last to the descriptor's own.
export const areSteps: Equal<
  Upcasters<typeof placedV4>,
  { readonly 1: (data: V1, envelope: Envelope) => V2; readonly 3: (data: V2, envelope: Envelope) => V4 }
> = true;
export const areNone: Equal<Upcasters<typeof placedV1>, {}> = true;

// Parameters have their types from the descriptor.
const upcast = createUpcaster(placedV4, {
  1: ({ id, euros }) => ({ id, cents: euros * 100 }),
  3: ({ id, cents }) => ({ id, cents: BigInt(cents) }),
});
export const newest: V4 = upcast({ version: 1, data: { id: "a", euros: 1 } });
upcast({ version: 3, data: { id: "a", cents: 1 } });
upcast({ version: 4, data: { id: "a", cents: 1n } });
// @ts-expect-error version 2 lies within a generation
upcast({ version: 2, data: { id: "a", cents: 1 } });
// @ts-expect-error version 1 counts in euros
upcast({ version: 1, data: { id: "a", cents: 1 } });

// @ts-expect-error the step from version 3 is missing
createUpcaster(placedV4, { 1: ({ id, euros }: V1) => ({ id, cents: euros }) });
createUpcaster(placedV4, {
  // @ts-expect-error version 1 leads to version 3, whose cents are numbers
  1: ({ id, euros }) => ({ id, cents: BigInt(euros) }),
  3: ({ id, cents }) => ({ id, cents: BigInt(cents) }),
});
createUpcaster(placedV2, {
  // @ts-expect-error upcasters are synchronous
  1: async ({ id, euros }) => ({ id, cents: euros }),
});

// Steps that are shared are a constant, and those of a later version do for an earlier one.
const steps = {
  1: ({ id, euros }) => ({ id, cents: euros * 100 }),
  3: ({ id, cents }) => ({ id, cents: BigInt(cents) }),
} satisfies Upcasters<typeof placedV4>;
createUpcaster(placedV4, steps);
createUpcaster(placedV2, steps)({ version: 1, data: { id: "a", euros: 1 } });
export const tooMany = {
  1: ({ id, euros }) => ({ id, cents: euros }),
  // @ts-expect-error version 2 is the newest
  2: (data: V2) => data,
} satisfies Upcasters<typeof placedV2>;

// The envelope is needed exactly when a step takes it.
declare const envelope: Envelope;
const withTime = createUpcaster(placedV2, { 1: ({ id }, { time }) => ({ id, cents: time.getTime() }) });
withTime({ ...envelope, version: 1, data: { id: "a", euros: 1 } });
// @ts-expect-error a step takes the envelope
withTime({ version: 1, data: { id: "a", euros: 1 } });

// A descriptor made at run time may have any generations.
createUpcaster(unknownEvent, { 1: (data) => data })({ version: 1, data: {} });
