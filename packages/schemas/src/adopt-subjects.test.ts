import { expect, it } from "@jest/globals";
import { keyField, orderRecord } from "../test/tree-fixture.ts";
import { adoptSubjects, type RegistrySubject } from "./adopt-subjects.ts";

const url = "http://localhost:8081";
const v1 = "orders/order.placed/v1.avsc";
const name = "orders.order-orders.order.OrderPlaced";
const note = { name: "note", type: ["null", "string"], default: null };

function subject(
  subjectName: string,
  records: readonly object[],
  more: Partial<RegistrySubject> = {},
): RegistrySubject {
  const versions = records.map((record) => ({
    schema: JSON.stringify(record),
    schemaType: "AVRO",
    hasReferences: false,
  }));
  return { subject: subjectName, mode: "FULL_TRANSITIVE", versions, ...more };
}

function configOf(...subjects: readonly RegistrySubject[]): unknown {
  return JSON.parse(adoptSubjects(subjects, url).files.get("schemas.config.json") ?? "null");
}

it("makes one history of the generations of an event, all released", () => {
  const { files, adopted, skipped } = adoptSubjects(
    [subject(`${name}V3`, [orderRecord([], "OrderPlacedV3")]), subject(name, [orderRecord(), orderRecord([note])])],
    url,
  );
  expect(skipped).toEqual([]);
  expect(adopted.map((event) => [event.name.type, event.texts.length])).toEqual([["orders.order.placed", 3]]);
  expect([...files.keys()]).toEqual([
    "schemas.config.json",
    "schemas.lock.json",
    v1,
    v1.replace("v1", "v2"),
    v1.replace("v1", "v3"),
  ]);
  expect(JSON.parse(files.get(v1.replace("v1", "v3")) ?? "")).toEqual(orderRecord([], "OrderPlacedV3"));
  const lock = JSON.parse(files.get("schemas.lock.json") ?? "") as { events: Record<string, object> };
  expect(Object.keys(lock.events["orders.order.placed"] ?? {})).toEqual(["v1", "v2", "v3"]);
});

it("finds the words of an entity and an action in the record's name", () => {
  const record = { ...orderRecord([], "OrderItemHandedOver"), namespace: "depot.order_item" };
  const { adopted } = adoptSubjects([subject("t-depot.order_item.OrderItemHandedOver", [record])], url);
  expect(adopted[0]).toMatchObject({ name: { type: "depot.order_item.handed_over" }, topic: "t" });
});

it("writes into the config what the schemas do not say", () => {
  const unmarked = { ...orderRecord(), fields: [{ name: "orderId", type: "string" }] };
  expect(configOf(subject(name, [orderRecord()]))).toEqual({ mode: "FULL_TRANSITIVE", registry: { url } });
  expect(configOf(subject("shop-orders.order.OrderPlaced", [unmarked], { mode: "NONE" }))).toEqual({
    mode: "NONE",
    registry: { url },
    events: { "orders.order.placed": { topic: "shop", key: null } },
  });
  expect(configOf(subject(name, [unmarked, { ...orderRecord(), fields: [keyField] }]))).toMatchObject({
    events: { "orders.order.placed": { key: "orderId" } },
  });
});

it("names no mode that only some subjects have", () => {
  const cancelled = subject("orders.order-orders.order.OrderCancelled", [orderRecord([], "OrderCancelled")], {
    mode: "BACKWARD",
  });
  const { mode } = adoptSubjects([subject(name, [orderRecord()]), cancelled], url);
  expect(mode).toBeNull();
  expect(configOf(subject(name, [orderRecord()]), cancelled)).toEqual({ registry: { url } });
});

const version = { schema: "{}", schemaType: "AVRO", hasReferences: false };

it.each<[RegistrySubject, RegExp]>([
  [subject("orders-value", [orderRecord()]), /it is not named <topic>-orders\.order\.OrderPlaced/],
  [subject("t-com.acme.Order", [{ type: "record", name: "com.acme.Order", fields: [] }]), /not named domain\.entity/],
  [subject(name, [], { versions: [{ ...version, schemaType: "JSON" }] }), /its schemas are JSON, not Avro/],
  [subject(name, [], { versions: [{ ...version, hasReferences: true }] }), /types of other subjects/],
  [subject(name, [], { versions: [{ ...version, schema: "{" }] }), /version 1 is invalid: .*invalid-json/],
  [subject(name, [], { versions: [{ ...version, schema: '"int"' }] }), /version 1 is no record/],
  [subject(name, [orderRecord(), orderRecord([], "Other")]), /of several records/],
  [subject(`${name}V2`, [orderRecord([], "OrderPlacedV2")]), /begins with v2 where v1 follows/],
])("leaves out %#, and says why", (odd, reason) => {
  const { adopted, skipped } = adoptSubjects([odd], url);
  expect(adopted).toEqual([]);
  expect(skipped).toEqual([{ subject: odd.subject, reason: expect.stringMatching(reason) }]);
});

it("leaves out an event whose generations are on several topics", () => {
  const { adopted, skipped } = adoptSubjects(
    [subject(name, [orderRecord()]), subject("other-orders.order.OrderPlacedV2", [orderRecord([], "OrderPlacedV2")])],
    url,
  );
  expect({ adopted, skipped: skipped.length }).toEqual({ adopted: [], skipped: 2 });
});
