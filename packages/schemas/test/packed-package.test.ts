import { checkPackage } from "@arethetypeswrong/core";
import { problemAffectsResolutionKind } from "@arethetypeswrong/core/problems";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { publint } from "publint";
import { hostileEvents, hostileIds } from "./hostile-events.ts";
import { type InstalledPackage, installGenerated } from "./packed-package.ts";

let installed: InstalledPackage;
beforeAll(async () => {
  // Compiles under the strictest flags, or throws.
  installed = await installGenerated(hostileEvents, "hostile", hostileIds);
});
afterAll(() => installed?.remove());

/** The resolutions of the profile `esm-only`: generated packages are ES modules, for Node's and bundlers' resolution. */
const supported = ["node16-esm", "bundler"] as const;

it("has nothing wrong with its types where ES modules are imported", async () => {
  const analysis = await checkPackage(installed.packed);
  if (analysis.types === false) throw new Error("the package has no types");
  expect(Object.keys(analysis.entrypoints)).toEqual(
    expect.arrayContaining([".", "./ids", "./order.placed", "./order.placed/testing", "./manifest.json"]),
  );
  const problems = analysis.problems.filter((problem) =>
    supported.some((resolution) => problemAffectsResolutionKind(problem, resolution, analysis)),
  );
  expect(problems).toEqual([]);
});

it("is what package managers and bundlers expect", async () => {
  const { messages } = await publint({
    pack: { tarball: installed.tarball.buffer },
    strict: true,
  });
  expect(messages).toEqual([]);
});

/** How an application writes against the package. Compiles only when the types say what they should. */
const usage = `
import { createUpcaster, type Envelope, type EventPackageManifest, type Upcasters } from "@waybill/events";
import { orderPlaced as fromIndex } from "@packed/hostile";
import json from "@packed/hostile/manifest.json" with { type: "json" };
import {
  type AnyOrderPlaced, type OrderPlaced, type OrderPlacedUpcasters, type OrderPlacedV1, type OrderPlacedV2, orderPlaced,
} from "@packed/hostile/order.placed";
import { ParcelId, PlaceId } from "@packed/hostile/ids";
import type { OrderShipped } from "@packed/hostile/order.shipped";
import { orderShippedExample } from "@packed/hostile/order.shipped/testing";
import { orderPlacedV1Example } from "@packed/hostile/order.placed/testing";

export const manifest: EventPackageManifest = json;
export const isSame: boolean = fromIndex === orderPlaced;

export function amountOf(event: AnyOrderPlaced): string {
  switch (event.version) {
    case 1:
      return event.data.euros.toFixed(2);
    case 2:
      return String(event.data.cents);
    case 3:
      return event.data.orderId;
    default:
      return event satisfies never;
  }
}
export function isIncomplete(event: AnyOrderPlaced): string {
  switch (event.version) {
    case 1:
    case 2:
      return event.data.orderId;
    default:
      // @ts-expect-error version 3 is left
      return event satisfies never;
  }
}
export function payer({ paidBy }: OrderPlaced): string {
  if (paidBy === null) return "nobody";
  switch (paidBy.$type) {
    case "Card":
      return paidBy.number;
    case "Cash":
      return String(paidBy.cents);
    default:
      return paidBy satisfies never;
  }
}

export const upcasters: OrderPlacedUpcasters = {
  1: ({ orderId, euros }) => ({ orderId, cents: BigInt(euros) * 100n, paidBy: {} }),
  2: ({ orderId }) => ({ orderId, paidBy: null }),
};
export const alike: Upcasters<typeof orderPlaced> = upcasters;
export const newest: OrderPlaced = createUpcaster(orderPlaced, upcasters)({ version: 1, data: orderPlacedV1Example() });
export function read(event: AnyOrderPlaced): OrderPlaced {
  return createUpcaster(orderPlaced, upcasters)(event);
}
// @ts-expect-error the step from version 2 to version 3 is missing
export const incomplete: OrderPlacedUpcasters = { 1: upcasters[1] };
// @ts-expect-error version 1 leads to version 2, not to the newest
export const leaping: OrderPlacedUpcasters["1"] = ({ orderId }: OrderPlacedV1): OrderPlaced => ({ orderId, paidBy: null });
export const withEnvelope = {
  ...upcasters,
  2: ({ orderId }: OrderPlacedV2, { source }: Envelope) => ({ orderId: orderId + source, paidBy: null }),
} satisfies Upcasters<typeof orderPlaced>;

const parcelId: ParcelId = ParcelId("0190e7a0-0000-7000-8000-000000000001");
export const text: string = parcelId;
export const shipped: OrderShipped = orderShippedExample({ parcelId, parcelIds: [parcelId, null], place: "HOME" });
// @ts-expect-error any string is no ParcelId
orderShippedExample({ parcelId: "0190e7a0-0000-7000-8000-000000000001" });
// @ts-expect-error a PlaceId is no ParcelId
orderShippedExample({ parcelId: PlaceId("home") });
// @ts-expect-error a ParcelId is no PlaceId, and strings are symbols or nothing
orderShippedExample({ place: parcelId });
`;

it.each([
  ["node16", { module: "node18", moduleResolution: "node16" }],
  ["nodenext", { module: "nodenext", moduleResolution: "nodenext" }],
  ["bundler", { module: "esnext", moduleResolution: "bundler" }],
])("gives applications of the module resolution %s the types that they rely on", async (_name, options) => {
  expect(await installed.compile({ "usage.ts": usage }, options)).toBe("");
});

/** Every event of the manifest, from its example to bytes and back. */
const roundTrips = `
import manifest from "@packed/hostile/manifest.json" with { type: "json" };
import { isDeepStrictEqual } from "node:util";
for (const { type, module, testing, descriptor, versions } of manifest.events) {
  const codec = (await import("@packed/hostile" + module.slice(1)))[descriptor];
  const example = (await import("@packed/hostile" + testing.slice(1)))[descriptor + "Example"]();
  const newest = versions.at(-1);
  const isSame = isDeepStrictEqual(codec.decode(codec.encode(example)), example);
  const value = newest.key === null ? null : Object.getOwnPropertyDescriptor(example, newest.key).value;
  console.log(type, isSame, codec.recordName === newest.recordName, codec.key(example) === value);
}
`;

it("runs as it is installed, whatever the names", async () => {
  const lines = hostileEvents.map(({ name }) => `${name.type} true true true\n`).toSorted();
  expect(await installed.run(roundTrips)).toBe(lines.join(""));
});

it("checks ids where they become ones", async () => {
  const text =
    'import { ParcelId } from "@packed/hostile/ids"; try { ParcelId("a"); } catch (e) { console.log(e.message); }';
  expect(await installed.run(text)).toBe("the ParcelId does not fit its schema: expected a uuid, got another string\n");
});

it("is what a CommonJS module of today's Node requires", async () => {
  const text = `
    import { createRequire } from "node:module";
    console.log(createRequire(import.meta.url)("@packed/hostile/order.placed").orderPlaced.version);`;
  expect(await installed.run(text)).toBe("3\n");
});

it("tells editors what is deprecated", () => {
  const types = installed.packed.readFile("/node_modules/@packed/hostile/dist/order.placed.d.ts");
  expect(types).toContain("/** @deprecated Use paidBy. */\n    readonly cents: bigint;");
});
