import { describe, expect, it } from "@jest/globals";
import { type CommittedEvent, DeliveryChecker, type DeliveryReport } from "./delivery-checker.ts";
import { seededRandom } from "./seeded-random.ts";

/** 5 keys of 40 versions each, interleaved. */
const committed: readonly CommittedEvent[] = Array.from({ length: 200 }, (_, n) => ({
  key: `k${n % 5}`,
  version: 1 + Math.floor(n / 5),
}));

function check(deliveries: readonly CommittedEvent[]): DeliveryReport {
  const checker = new DeliveryChecker();
  for (const { key, version } of deliveries) checker.deliver(key, version);
  return checker.compare(committed);
}

const clean = { committed: 200, lost: 0, inverted: 0, repeated: 0, phantom: 0 };

describe("what a relay may do", () => {
  it("passes each event once, in the order of its key", () => {
    expect(check(committed)).toEqual(clean);
    const byKey = committed.toSorted((a, b) => a.key.localeCompare(b.key) || a.version - b.version);
    expect(check(byKey)).toEqual(clean);
  });

  it("counts a batch that comes again as repetitions, not as inversions", () => {
    expect(check([...committed.slice(0, 60), ...committed.slice(40)])).toEqual({ ...clean, repeated: 20 });
  });
});

describe("what a broken relay does is found", () => {
  const random = seededRandom(7);
  const anywhere = () => Math.floor(random() * (committed.length - 10));

  it.each(Array.from({ length: 20 }, anywhere))("an event is dropped (%i)", (at) => {
    expect(check(committed.toSpliced(at, 1))).toEqual({ ...clean, lost: 1 });
  });

  it.each(Array.from({ length: 20 }, anywhere))("two events of a key are swapped (%i)", (at) => {
    const deliveries = [...committed];
    const [first, second] = [committed[at], committed[at + 5]] as [CommittedEvent, CommittedEvent];
    deliveries.splice(at, 1, second);
    deliveries.splice(at + 5, 1, first);
    expect(check(deliveries)).toEqual({ ...clean, inverted: 1 });
  });

  it("an event overtakes the others of its key, and is repeated where it belongs", () => {
    const late = committed.at(-1) as CommittedEvent;
    expect(check([late, ...committed])).toEqual({ ...clean, inverted: 39, repeated: 1 });
  });

  it("an event is made up, or its transaction was rolled back", () => {
    expect(check([...committed, { key: "k0", version: 41 }])).toEqual({ ...clean, phantom: 1 });
  });

  it("a key is not delivered at all", () => {
    expect(check(committed.filter(({ key }) => key !== "k3"))).toEqual({ ...clean, lost: 40 });
  });
});
