import { expect, it } from "@jest/globals";
import { findingsOf, lockOf, orderRecord } from "../../test/tree-fixture.ts";

const type = "orders.order.placed";
const v1 = "orders/order.placed/v1.avsc";
const user = { name: "userId", type: "string", default: "" };
const files = { [v1]: orderRecord([user]) };
const unmarked = {
  [v1]: { ...orderRecord(), fields: [{ name: "orderId", type: "string" }, user] },
};
const events = (settings: object) => ({ events: { [type]: settings } });

it.each([
  ["neither is set", {}],
  ["the topic stays what it was", events({ topic: "shop" })],
  ["the key stays what it was", events({ key: "orderId" })],
])("has nothing to say when %s", (_, config) => {
  expect(findingsOf(files, { config, lock: lockOf(files, config) })).toEqual([]);
});

it.each([
  ["set", {}, events({ topic: "shop" }), '"orders.order", and the config puts it on "shop"'],
  ["changed", events({ topic: "shop" }), events({ topic: "store" }), '"shop", and the config puts it on "store"'],
  ["given up", events({ topic: "shop" }), {}, '"shop", and the config puts it on "orders.order"'],
])("finds a topic that was %s after the release", (_, before, config, told) => {
  expect(findingsOf(files, { config, lock: lockOf(files, before) })).toEqual([
    expect.stringMatching(
      new RegExp(`^schemas\\.config\\.json:\\d+:\\d+: error topic-moved: ${type} was released on the topic ${told}$`),
    ),
  ]);
});

it.each([
  ["another field", events({ key: "orderId" }), events({ key: "userId" }), 'the key "orderId"', 'the key "userId"'],
  ["none", events({ key: "orderId" }), events({ key: null }), 'the key "orderId"', "no key"],
  ["one after none", events({ key: null }), events({ key: "userId" }), "no key", 'the key "userId"'],
])("finds a key that became %s after the release", (_, before, config, was, is) => {
  expect(findingsOf(unmarked, { config, lock: lockOf(unmarked, before) })).toEqual([
    expect.stringContaining(`error key-moved: ${type} was released with ${was}, and the config gives it ${is}`),
  ]);
});

it("takes the severity that the config sets, and waivers", () => {
  const lock = lockOf(files);
  const topic = events({ topic: "shop" });
  expect(findingsOf(files, { config: { ...topic, rules: { "topic-moved": "off" } }, lock })).toEqual([]);
  const waiver = {
    rule: "topic-moved",
    event: type,
    version: 1,
    reason: "No event yet.",
    owner: "o",
    expires: "9999-12-31",
  };
  expect(findingsOf(files, { config: { ...topic, waivers: [waiver] }, lock })).toEqual([
    expect.stringContaining(": note topic-moved: "),
  ]);
});

it("lets the settings of what is not released change", () => {
  expect(findingsOf(files, { config: events({ topic: "shop" }) })).toEqual([]);
});
