import { expect, it } from "@jest/globals";
import { checkDelivery, type DeliveryEvidence, type OutboxEvent } from "./delivery-check.ts";

const event = (outboxId: bigint, eventId: string, type: string, key: string): OutboxEvent => {
  return { outboxId, eventId, type, topic: "orders.order", key };
};

const outbox = [
  event(1n, "a1", "order.placed", "a"),
  event(2n, "b1", "order.placed", "b"),
  event(3n, "a2", "order.confirmed", "a"),
];
const topics = outbox.map(({ eventId, type, topic, key }) => ({ eventId, type, topic, key }));
const inbox = [
  ...["a1", "b1"].map((eventId) => ({ groupId: "inventory", eventId })),
  ...["a1", "b1", "a2"].map((eventId) => ({ groupId: "email", eventId })),
];
const sound: DeliveryEvidence = {
  outbox,
  topics,
  inbox,
  subscriptions: new Map([
    ["inventory", new Set(["order.placed"])],
    ["email", new Set(["order.placed", "order.confirmed"])],
  ]),
};

const pick = <Item>(items: readonly Item[], ...indexes: number[]): Item[] => indexes.map((i) => items[i] as Item);

it("finds nothing in a sound run, and counts it", () => {
  expect(checkDelivery(sound)).toEqual({
    findings: [],
    types: [
      { type: "order.confirmed", outbox: 1, topic: 1, copies: 0 },
      { type: "order.placed", outbox: 2, topic: 2, copies: 0 },
    ],
    groups: [
      { groupId: "inventory", expected: 2, handled: 2, absorbed: 0 },
      { groupId: "email", expected: 3, handled: 3, absorbed: 0 },
    ],
  });
});

it("takes copies for what they are: sent again, absorbed, no finding", () => {
  const report = checkDelivery({ ...sound, topics: pick(topics, 0, 1, 2, 0, 2) });
  expect(report.findings).toEqual([]);
  expect(report.types.map(({ copies }) => copies)).toEqual([1, 1]);
  expect(report.groups.map(({ absorbed }) => absorbed)).toEqual([1, 2]);
});

it.each([
  {
    name: "a lost event",
    change: { topics: pick(topics, 0, 2) },
    finding: "lost: order.placed b1 is in the outbox and not on orders.order",
  },
  {
    name: "an event from nowhere",
    change: { outbox: pick(outbox, 0, 2), inbox: inbox.filter(({ eventId }) => eventId !== "b1") },
    finding: "invented: order.placed b1 is on orders.order and not in the outbox",
  },
  {
    name: "an event under another key",
    change: { topics: topics.map((record) => (record.eventId === "b1" ? { ...record, key: "c" } : record)) },
    finding: "changed: order.placed b1 arrived on orders.order with another topic, key or type",
  },
  {
    name: "two events of a key in the wrong order",
    change: { topics: pick(topics, 2, 1, 0) },
    finding: "out of order: order.placed a1 came after a later event of key a on orders.order",
  },
  {
    name: "an event that a group has not handled",
    change: { inbox: inbox.slice(1) },
    finding: "unhandled: inventory has not handled order.placed a1",
  },
  {
    name: "an event that a group handled twice",
    change: { inbox: [...inbox, ...inbox.slice(0, 1)] },
    finding: "twice: inventory handled a1 more than once",
  },
  {
    name: "an event that is not for the group",
    change: { inbox: [...inbox, { groupId: "inventory", eventId: "a2" }] },
    finding: "unexpected: inventory handled a2, which is not for it",
  },
])("finds $name", ({ change, finding }) => {
  expect(checkDelivery({ ...sound, ...change }).findings).toEqual([finding]);
});
