import { expect, it } from "@jest/globals";
import { orderRecord, treeOf } from "../test/tree-fixture.ts";
import { findVersion, parseEventReference, requireEventReference } from "./event-reference.ts";

it("reads an event with and without its version", () => {
  expect(parseEventReference("orders.order.placed")).toEqual({ type: "orders.order.placed", version: null });
  expect(parseEventReference("orders.order.placed@12")).toEqual({ type: "orders.order.placed", version: 12 });
  expect(parseEventReference("orders.order.placed@v2")).toEqual({ type: "orders.order.placed", version: 2 });
});

it.each([
  "orders/order.placed/v2.avsc",
  "./schemas/orders/order.placed/v2.avsc",
  "C:\\shop\\schemas\\orders\\order.placed\\v2.avsc",
])("takes the path %s for its version", (path) => {
  expect(requireEventReference(path)).toEqual({ type: "orders.order.placed", version: 2 });
});

it.each(["orders.order", "orders.order.placed@", "orders.order.placed@0", "orders.order.placed@1.5", "a@b@c", ""])(
  "refuses %j",
  (text) => {
    expect(parseEventReference(text)).toBeNull();
    expect(() => requireEventReference(text)).toThrow(/names no event\. Give domain\.entity\.action/);
  },
);

const tree = treeOf({
  "orders/order.placed/v1.avsc": orderRecord(),
  "orders/order.placed/v2.avsc": orderRecord(),
  "orders/order.placed/v3.avsc": "{",
});
const find = (version: number | null, type = "orders.order.placed") => findVersion(tree, { type, version });

it("finds the version that is named", () => {
  expect(find(1).version.version).toBe(1);
  expect(find(2).event.topic).toBe("orders.order");
});

it.each([
  [() => find(9), "event-not-found", /has no version 9; it has v1, v2, v3/],
  [() => find(1, "orders.order.gone"), "event-not-found", /has no event orders\.order\.gone\. "schemas list"/],
  [
    () => find(1, "orders.order.placd"),
    "event-not-found",
    /placd\. Did you mean orders\.order\.placed\? "schemas list"/,
  ],
  [() => find(null), "schema-invalid", /placed\/v3\.avsc holds no valid record schema/],
])("says what it does not find: %#", (act, code, message) => {
  expect(act).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
});
