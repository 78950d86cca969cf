import { expect, it } from "@jest/globals";
import json from "@shop-events/orders/manifest.json" with { type: "json" };
import type { EventPackageManifest } from "@waybill/events";

it("is imported with its type", () => {
  const manifest: EventPackageManifest = json;
  expect(manifest.events.map(({ type }) => type)).toContain("orders.order.placed");
});
