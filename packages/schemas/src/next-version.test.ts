import { describe, expect, it } from "@jest/globals";
import { findingsOf, lockOf, orderRecord, treeOf } from "../test/tree-fixture.ts";
import { type EventName, parseEventType } from "./event-name.ts";
import { type NewVersionRequest, planNewVersion } from "./next-version.ts";

const v1 = "orders/order.placed/v1.avsc";
const v2 = "orders/order.placed/v2.avsc";

function nameOf(type: string): EventName {
  const name = parseEventType(type);
  if (name === null) throw new Error(type);
  return name;
}

function request(type: string, more: Partial<NewVersionRequest> = {}): NewVersionRequest {
  return { name: nameOf(type), from: null, breaking: false, ...more };
}

function plan(files: Readonly<Record<string, unknown>>, asked: NewVersionRequest, released = files) {
  const planned = planNewVersion(treeOf(files), lockOf(released), asked);
  // Whatever it plans must leave the tree without an error.
  expect(findingsOf({ ...files, [planned.file]: planned.text })).toEqual([]);
  return planned;
}

describe("a new event", () => {
  it("begins with the template", () => {
    expect(plan({}, request("shipping.parcel_label.printed"))).toMatchObject({
      version: 1,
      file: "shipping/parcel_label.printed/v1.avsc",
      recordName: "shipping.parcel_label.ParcelLabelPrinted",
      copyOf: null,
      unreleased: null,
    });
  });

  it("begins as a copy of the version that is named", () => {
    const files = { [v1]: orderRecord([{ name: "self", type: ["null", "OrderPlaced"] }]), [v2]: orderRecord() };
    const from = (text: string) => request("shop.cart.emptied", { from: text });
    const planned = plan({ [v1]: files[v1] }, from("orders.order.placed"));
    expect(planned.copyOf).toBe("orders.order.placed v1");
    expect(JSON.parse(planned.text)).toMatchObject({
      name: "CartEmptied",
      namespace: "shop.cart",
      fields: [{ name: "orderId" }, { type: ["null", "CartEmptied"] }],
    });
    expect(planNewVersion(treeOf(files), new Map(), from("orders.order.placed")).copyOf).toBe("orders.order.placed v2");
    expect(planNewVersion(treeOf(files), new Map(), from("orders.order.placed@1")).copyOf).toBe(
      "orders.order.placed v1",
    );
  });

  it.each([
    [{ breaking: true }, "usage", /nothing to break with/],
    [{ from: "orders" }, "usage", /names no event to copy/],
    [{ from: "orders.order.lost" }, "event-not-found", /no event orders\.order\.lost/],
  ])("refuses %j", (more, code, message) => {
    expect(() => planNewVersion(treeOf({ [v1]: orderRecord() }), new Map(), request("a.b.done", more))).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });

  it("does not stand in for one that was released and is gone", () => {
    expect(() => planNewVersion(treeOf({}), lockOf({ [v1]: orderRecord() }), request("orders.order.placed"))).toThrow(
      /was released, and its files are gone/,
    );
  });
});

describe("an event that exists", () => {
  const text = `${JSON.stringify(orderRecord(), null, 4)}\n`;

  it("is copied as it stands", () => {
    expect(plan({ [v1]: text }, request("orders.order.placed"))).toEqual({
      version: 2,
      file: v2,
      text,
      copyOf: "orders.order.placed v1",
      recordName: "orders.order.OrderPlaced",
      unreleased: null,
    });
  });

  it("begins a generation that is named by its version", () => {
    const planned = plan({ [v1]: text, [v2]: text }, request("orders.order.placed", { breaking: true }));
    expect(planned).toMatchObject({ version: 3, recordName: "orders.order.OrderPlacedV3" });
    expect(planned.text).toBe(text.replace("OrderPlaced", "OrderPlacedV3"));
  });

  it("tells that the last version is still open, and keeps clear of numbers that were released", () => {
    expect(plan({ [v1]: text }, request("orders.order.placed"), {}).unreleased).toBe(1);
    const lock = lockOf({ [v1]: text, [v2]: text });
    expect(planNewVersion(treeOf({ [v1]: text }), lock, request("orders.order.placed")).version).toBe(3);
  });

  it("refuses a source, and a last version that is broken", () => {
    expect(() =>
      planNewVersion(treeOf({ [v1]: text }), new Map(), request("orders.order.placed", { from: "a.b.c" })),
    ).toThrow(/exists already.*Leave out --from/);
    expect(() => planNewVersion(treeOf({ [v1]: "{" }), new Map(), request("orders.order.placed"))).toThrow(
      /holds no valid record schema/,
    );
  });
});
