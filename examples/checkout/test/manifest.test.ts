import { expect, it } from "@jest/globals";
import * as placed from "@shop-events/orders/order.placed";
import json from "@shop-events/orders/manifest.json" with { type: "json" };
import type { EventDescriptor, EventPackageManifest } from "@waybill/events";

const manifest: EventPackageManifest = json;
const descriptors: Readonly<Record<string, unknown>> = placed;

it("says of each version what its descriptor says", () => {
  const event = manifest.events.find(({ type }) => type === "orders.order.placed");
  expect(descriptors[event?.descriptor ?? ""]).toBe(placed.orderPlaced);
  expect(event?.versions.map(({ version }) => version)).toEqual([1, 2]);
  for (const { version, recordName, schemaId, descriptor, subject } of event?.versions ?? []) {
    const exported = descriptors[descriptor] as EventDescriptor;
    expect(exported).toMatchObject({ type: event?.type, version, topic: event?.topic, recordName });
    expect([String(exported.schemaId), `${exported.topic}-${exported.recordName}`]).toEqual([schemaId, subject]);
  }
});
