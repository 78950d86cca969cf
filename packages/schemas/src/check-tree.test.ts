import { describe, expect, it } from "@jest/globals";
import { findingsOf, keyField, lockOf, orderRecord, treeOf } from "../test/tree-fixture.ts";
import { checkTree } from "./check-tree.ts";

const v1 = "orders/order.placed/v1.avsc";
const v2 = "orders/order.placed/v2.avsc";
const v3 = "orders/order.placed/v3.avsc";
const note = { name: "note", type: ["null", "string"], default: null };
const total = { name: "total", type: "long" };

it("has nothing against a sound tree", () => {
  expect(findingsOf({ [v1]: orderRecord(), [v2]: orderRecord([note]) })).toEqual([]);
});

describe("files", () => {
  it("refuses files that are no versions of events, as nothing would read them", () => {
    const found = findingsOf({
      "order.avsc": "{}",
      "orders/order.placed/V1.avsc": "{}",
      "orders/order.placed/v01.avsc": "{}",
    });
    expect(found).toEqual([
      'order.avsc:1:1: error file-unknown: "order.avsc" is not a version of an event',
      'orders/order.placed/v01.avsc:1:1: error file-unknown: "orders/order.placed/v01.avsc" is not a version of an event',
      'orders/order.placed/V1.avsc:1:1: error file-unknown: "orders/order.placed/V1.avsc" is not a version of an event',
    ]);
  });

  it.each([
    "Orders/order.placed",
    "orders/order",
    "orders/order.item.placed",
    "orders/order-item.placed",
    "orders/2nd.placed",
  ])("refuses %s as an event", (folder) => {
    expect(findingsOf({ [`${folder}/v1.avsc`]: orderRecord() })).toEqual([
      `${folder}/v1.avsc:1:1: error event-name: the folders "${folder}" name no event`,
    ]);
  });

  it("reports every fault of every file, each with its place", () => {
    const found = findingsOf({
      [v1]: '{ "type": "record",\n  "name": "A B", "fields": [{ "name": "x", "type": "strin" }] }',
      "orders/order.shipped/v1.avsc": '{ "type": "record", }',
    });
    expect(found).toHaveLength(3);
    expect(found[0]).toMatch(/^orders\/order\.placed\/v1\.avsc:2:11: error avro: .*A B.*\[invalid-name]$/);
    expect(found[1]).toMatch(/^orders\/order\.placed\/v1\.avsc:2:52: error avro: .*strin.*\[unknown-type]$/);
    expect(found[2]).toMatch(/^orders\/order\.shipped\/v1\.avsc:1:19: error parse: .*comma.*\[invalid-json]$/);
  });

  it("reports a key that is written twice", () => {
    const found = findingsOf({ [v1]: JSON.stringify(orderRecord()).replace("{", '{"type":"record",') });
    expect(found).toEqual([
      expect.stringMatching(/v1\.avsc:1:18: error avro: .*"type" is already given.*\[duplicate-key]$/),
    ]);
  });

  it("reads a file with a byte order mark", () => {
    expect(findingsOf({ [v1]: `\ufeff${JSON.stringify(orderRecord())}` })).toEqual([]);
  });
});

describe("versions", () => {
  it("asks for the version that is missing", () => {
    expect(findingsOf({ [v1]: orderRecord(), [v3]: orderRecord() })).toEqual([
      "orders/order.placed/v3.avsc:1:1: error version-gap: v3 of orders.order.placed follows v1: v2 is missing",
    ]);
    expect(findingsOf({ [v2]: orderRecord() })).toEqual([
      "orders/order.placed/v2.avsc:1:1: error version-gap: v2 of orders.order.placed follows no version: v1 is missing",
    ]);
  });
});

describe("names", () => {
  it("holds the record to the name that its path gives", () => {
    expect(findingsOf({ [v1]: orderRecord([], "OrderPlace") })).toEqual([
      'orders/order.placed/v1.avsc:3:11: error record-name: the record is named "orders.order.OrderPlace", and its path makes it "orders.order.OrderPlaced"',
    ]);
  });

  it("joins the words of an entity and an action", () => {
    const record = { ...orderRecord([], "OrderItemHandedOver"), namespace: "orders.order_item" };
    expect(findingsOf({ "orders/order_item.handed_over/v1.avsc": record })).toEqual([]);
  });

  it("takes a break as a new generation when the record's name says so", () => {
    expect(
      findingsOf({
        [v1]: orderRecord(),
        [v2]: orderRecord([total], "OrderPlacedV2"),
        [v3]: orderRecord([total, note], "OrderPlacedV2"),
      }),
    ).toEqual([]);
  });

  it.each(["OrderPlacedV2", "OrderPlacedV4", "OrderPlacedAgain"])(
    "refuses %s for a generation that begins with v3",
    (name) => {
      const [found] = findingsOf({ [v1]: orderRecord(), [v2]: orderRecord(), [v3]: orderRecord([], name) });
      expect(found).toBe(
        `orders/order.placed/v3.avsc:3:11: error generation-name: the record is named "orders.order.${name}", which is neither its generation's name nor that of a new generation`,
      );
    },
  );

  it("refuses to go back to an earlier generation", () => {
    const [found] = findingsOf({ [v1]: orderRecord(), [v2]: orderRecord([], "OrderPlacedV2"), [v3]: orderRecord() });
    expect(found).toMatch(/v3\.avsc:3:11: error generation-name: /);
  });

  it("wants a record", () => {
    expect(findingsOf({ [v1]: { type: "enum", name: "orders.order.OrderPlaced", symbols: ["A"] } })).toEqual([
      "orders/order.placed/v1.avsc:1:1: error record-required: an event must be a record, and this is an enum",
    ]);
  });

  it("reports settings of an event that does not exist", () => {
    const config = { events: { "orders.order.place": { topic: "orders" } } };
    expect(findingsOf({ [v1]: orderRecord() }, { config })).toEqual([
      'schemas.config.json:3:27: error event-unknown: the config has settings for "orders.order.place", and the tree has no such event',
    ]);
  });
});

describe("key field", () => {
  const withFields = (...fields: readonly object[]) => ({ ...orderRecord(), fields });

  it("wants one field marked", () => {
    expect(findingsOf({ [v1]: withFields({ name: "orderId", type: "string" }) })).toEqual([
      "orders/order.placed/v1.avsc:1:1: error key-field: no field of orders.order.OrderPlaced is marked as the partition key",
    ]);
    expect(findingsOf({ [v1]: orderRecord([{ ...keyField, name: "userId" }]) })).toEqual([
      'orders/order.placed/v1.avsc:11:5: error key-field: "userId" is marked as the key, and "orderId" already is',
    ]);
  });

  it.each([
    ["double", "double"],
    ["bytes", "bytes"],
    ["union", ["null", "string"]],
  ])("refuses a key of the type %s", (name, type) => {
    expect(findingsOf({ [v1]: withFields({ name: "id", type, "waybill.key": true }) })).toEqual([
      `orders/order.placed/v1.avsc:6:5: error key-field: the key "id" is of the type ${name}`,
    ]);
  });

  it.each([
    "string",
    "int",
    "long",
    { type: "string", logicalType: "uuid" },
    { type: "enum", name: "E", symbols: ["A"] },
  ])("takes a key of the type %j", (type) => {
    expect(findingsOf({ [v1]: withFields({ name: "id", type, "waybill.key": true }) })).toEqual([]);
  });

  it("refuses a mark that is not true, and one inside a nested record", () => {
    const line = { type: "record", name: "Line", fields: [{ name: "sku", type: "string", "waybill.key": true }] };
    const found = findingsOf({
      [v1]: withFields(
        { name: "orderId", type: "string", "waybill.key": "yes" },
        { name: "lines", type: { type: "array", items: line } },
      ),
    });
    expect(found).toEqual([
      'orders/order.placed/v1.avsc:6:5: error key-field: "waybill.key" of "orderId" must be true',
      expect.stringContaining('"sku" is marked as the key, and only a field of the event\'s own record can be'),
    ]);
  });

  it("takes the config's word, unless the schema contradicts", () => {
    const config = (key: string | null) => ({ config: { events: { "orders.order.placed": { key } } } });
    const unmarked = withFields({ name: "orderId", type: "string" });
    expect(findingsOf({ [v1]: unmarked }, config(null))).toEqual([]);
    expect(findingsOf({ [v1]: unmarked }, config("orderId"))).toEqual([]);
    expect(findingsOf({ [v1]: unmarked }, config("userId"))).toEqual([
      'orders/order.placed/v1.avsc:1:1: error key-field: the config names "userId" as the key, and orders.order.OrderPlaced has no such field',
    ]);
    expect(findingsOf({ [v1]: orderRecord() }, config(null))).toEqual([
      'orders/order.placed/v1.avsc:6:5: error key-field: "orderId" is marked as the key, and the config says none',
    ]);
  });

  it("does not let the key move within a generation", () => {
    const moved = (name: string) => [
      { name: "orderId", type: "string", default: "" },
      { name: "userId", type: "string", default: "", ...(name === "userId" ? { "waybill.key": true } : {}) },
    ];
    const before = withFields({ ...keyField, default: "" }, { name: "userId", type: "string", default: "" });
    expect(findingsOf({ [v1]: before, [v2]: withFields(...moved("userId")) })).toEqual([
      'orders/order.placed/v2.avsc:11:5: error key-moved: the key moves from "orderId" to "userId": events of one entity would change their partition and lose their order',
    ]);
  });
});

describe("compatibility", () => {
  it("names the versions, the direction and the place, and tells both ways out", () => {
    const [finding, ...others] = checkTree(
      treeOf({ [v1]: orderRecord(), [v2]: orderRecord([total]) }),
      new Map(),
    ).filter(({ rule }) => rule !== "unreleased");
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      file: v2,
      line: 11,
      column: 5,
      rule: "incompatible",
      severity: "error",
      related: { file: v1, line: 1, column: 1, message: "the other side, in v1" },
    });
    expect(finding?.message).toMatch(/^v2 cannot read what v1 wrote: .*total/);
    expect(finding?.help).toBe(
      'add a default; or begin a new generation: name the record "orders.order.OrderPlacedV2", which gets its own registry subject, and consumers add an upcaster',
    );
  });

  it("suggests what the newer version can do, as the older one is out already", () => {
    const files = { [v1]: orderRecord([total]), [v2]: orderRecord() };
    const findings = checkTree(treeOf(files), lockOf(files)).filter(({ rule }) => rule === "incompatible");
    expect(findings.map(({ message, help }) => [message, help])).toEqual([
      [
        expect.stringMatching(/^v1 cannot read what v2 writes: at total, .* lacks it$/),
        expect.stringMatching(/^keep the field "total"; or begin a new generation: /),
      ],
    ]);
  });

  it("tells one mistake once, naming all the versions that it breaks with", () => {
    const found = findingsOf({ [v1]: orderRecord(), [v2]: orderRecord([note]), [v3]: orderRecord([note, total]) });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/v3\.avsc:19:5: error incompatible: v3 cannot read what v1, v2 wrote: /);
  });

  it("sees a break with an old version that the version between hides, in a transitive mode only", () => {
    const files = {
      [v1]: orderRecord([{ name: "count", type: "string" }]),
      [v2]: orderRecord(),
      [v3]: orderRecord([{ name: "count", type: "int", default: 0 }]),
    };
    expect(findingsOf(files, { config: { mode: "BACKWARD" } })).toEqual([]);
    const found = findingsOf(files, { config: { mode: "BACKWARD_TRANSITIVE" } });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/v3\.avsc:13:15: error incompatible: v3 cannot read what v1 wrote: at count, /);
  });

  it.each([
    ["BACKWARD", [note], [], 0],
    ["FORWARD", [total], [], 1],
    ["FORWARD", [], [total], 0],
    ["BACKWARD", [], [total], 1],
    ["FULL", [note], [], 0],
    ["NONE", [], [{ ...keyField, name: "other" }], 1], // the second key, not the break
  ])("in the mode %s, from %j to %j finds %d", (mode, before, after, count) => {
    const found = findingsOf({ [v1]: orderRecord(before), [v2]: orderRecord(after) }, { config: { mode } });
    expect(found).toHaveLength(count);
  });
});

describe("released versions", () => {
  const released = { [v1]: orderRecord(), [v2]: orderRecord([note]) };
  const lock = lockOf(released);

  it("may be reformatted, as their text stays the same", () => {
    expect(findingsOf({ [v1]: JSON.stringify(orderRecord()), [v2]: orderRecord([note]) }, { lock })).toEqual([]);
  });

  it("may not be edited: the change belongs into the next version", () => {
    const edited = { ...released, [v1]: orderRecord([note]) };
    const [finding] = checkTree(treeOf(edited), lock);
    expect(finding?.message).toBe(
      "v1 of orders.order.placed was released and has been edited since (its data differs)",
    );
    expect(finding?.help).toBe(
      "restore it from version control and make the change in a new version, orders/order.placed/v3.avsc",
    );
  });

  it("may not be edited in their docs either, and the message tells the difference", () => {
    const [found] = findingsOf({ ...released, [v1]: { ...orderRecord(), doc: "Placed." } }, { lock });
    expect(found).toMatch(
      /^orders\/order\.placed\/v1\.avsc:1:1: error released-edited: .*\(only docs, defaults, aliases or attributes differ\)$/,
    );
  });

  it("may not be removed, which is no gap besides", () => {
    expect(findingsOf({ [v2]: orderRecord([note]) }, { lock })).toEqual([
      "schemas.lock.json:4:13: error released-removed: v1 of orders.order.placed was released and is gone from the tree",
    ]);
    expect(findingsOf({}, { lock })).toHaveLength(2);
  });

  it("leave a new version free to change, and a note says so", () => {
    const findings = checkTree(treeOf({ ...released, [v3]: orderRecord([note]) }), lock);
    expect(findings).toEqual([
      {
        file: v3,
        line: 1,
        column: 1,
        rule: "unreleased",
        severity: "note",
        message: "v3 of orders.order.placed is not released: it may still change",
      },
    ]);
  });
});
