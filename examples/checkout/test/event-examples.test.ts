import { expect, it } from "@jest/globals";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { EventDescriptor } from "@waybill/events";

const manifests = globSync("events/*/package.json", { cwd: join(import.meta.dirname, "..") }).map(
  (path) =>
    JSON.parse(readFileSync(join(import.meta.dirname, "..", path), "utf8")) as {
      readonly name: string;
      readonly exports: Readonly<Record<string, unknown>>;
    },
);
const events = manifests.flatMap(({ name, exports }) =>
  Object.keys(exports)
    .filter((subpath) => subpath !== "." && !subpath.endsWith("/testing"))
    .map((subpath) => `${name}/${subpath.slice(2)}`),
);

it("finds the shop's events", () => {
  expect(events).toContain("@shop-events/orders/order.placed");
});

it.each(events)("has valid examples of every version of %s", async (event) => {
  const descriptors = Object.entries((await import(event)) as Record<string, EventDescriptor>);
  const factories = (await import(`${event}/testing`)) as Record<string, () => unknown>;
  expect(descriptors.length).toBeGreaterThanOrEqual(2);
  for (const [name, descriptor] of descriptors) {
    const example = factories[`${name}Example`]?.();
    expect(descriptor.explain(example)).toEqual([]);
    expect(descriptor.decode(descriptor.encode(example))).toEqual(example);
  }
});
