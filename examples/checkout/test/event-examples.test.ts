import { expect, it } from "@jest/globals";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { EventDescriptor, EventPackageManifest } from "@waybill/events";

const manifests = globSync("events/*/manifest.json", { cwd: join(import.meta.dirname, "..") }).map(
  (path) => JSON.parse(readFileSync(join(import.meta.dirname, "..", path), "utf8")) as EventPackageManifest,
);
const events = manifests.flatMap((manifest) =>
  manifest.events.map((event) => ({ ...event, path: `${manifest.package}/${event.module.slice(2)}` })),
);

it("finds the shop's events", () => {
  expect(events.map(({ path }) => path)).toContain("@shop-events/orders/order.placed");
});

it.each(events)("has valid examples of every version of $path", async ({ path, versions, descriptor: newest }) => {
  const descriptors = (await import(path)) as Record<string, EventDescriptor>;
  const factories = (await import(`${path}/testing`)) as Record<string, () => unknown>;
  for (const name of [newest, ...versions.map(({ descriptor }) => descriptor)]) {
    const descriptor = descriptors[name];
    const example = factories[`${name}Example`]?.();
    expect(descriptor?.explain(example)).toEqual([]);
    expect(descriptor?.decode(descriptor.encode(example))).toEqual(example);
  }
});

it.each(events)("says of $path what its descriptors say", async ({ path, type, topic, versions }) => {
  const descriptors = (await import(path)) as Record<string, EventDescriptor>;
  for (const { version, recordName, subject, schemaId, descriptor } of versions) {
    expect(descriptors[descriptor]).toMatchObject({ type, version, topic, recordName, schemaId: BigInt(schemaId) });
    expect(subject).toBe(`${topic}-${recordName}`);
  }
});
