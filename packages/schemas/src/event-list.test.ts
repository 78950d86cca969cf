import { expect, it } from "@jest/globals";
import { lockOf, orderRecord, treeOf } from "../test/tree-fixture.ts";
import { formatEventList, summarizeEvents } from "./event-list.ts";

const path = (version: number) => `orders/order.placed/v${version}.avsc`;
const note = { name: "note", type: ["null", "string"], default: null };
const released = {
  [path(1)]: orderRecord(),
  [path(2)]: orderRecord([note]),
  [path(3)]: orderRecord([], "OrderPlacedV3"),
};

it("shows generations apart, and what the lock says of each version", () => {
  const tree = treeOf({
    ...released,
    [path(2)]: orderRecord([{ ...note, doc: "Edited." }]),
    [path(4)]: orderRecord([], "OrderPlacedV3"),
    [path(5)]: "{",
  });
  const [header, line] = formatEventList(summarizeEvents(tree, lockOf(released))).split("\n");
  expect(header?.split(/ {2,}/)).toEqual(["EVENT", "VERSIONS", "STATE", "TOPIC", "KEY"]);
  expect(line?.split(/ {2,}/)).toEqual([
    "orders.order.placed",
    "v1-v2 | v3-v4",
    "v2 edited, v4 unreleased, v5 unreadable",
    "orders.order",
    "orderId",
  ]);
  expect(line?.indexOf("v1-v2")).toBe(header?.indexOf("VERSIONS"));
});

it("takes topic and key from the config", () => {
  const config = { events: { "orders.order.placed": { topic: "shop", key: null } } };
  expect(summarizeEvents(treeOf(released, config), lockOf(released))).toEqual([
    {
      event: "orders.order.placed",
      topic: "shop",
      key: null,
      generations: [
        {
          record: "orders.order.OrderPlaced",
          subject: "shop-orders.order.OrderPlaced",
          versions: [
            { version: 1, state: "released", file: path(1) },
            { version: 2, state: "released", file: path(2) },
          ],
        },
        {
          record: "orders.order.OrderPlacedV3",
          subject: "shop-orders.order.OrderPlacedV3",
          versions: [{ version: 3, state: "released", file: path(3) }],
        },
      ],
      unreadable: [],
    },
  ]);
});

it("names no generation of an event whose files are all broken", () => {
  const [event] = summarizeEvents(treeOf({ [path(1)]: "{" }), new Map());
  expect(event).toMatchObject({ generations: [], unreadable: [1], key: null });
});
