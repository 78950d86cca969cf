import { describe, expect, it } from "@jest/globals";
import { documentedEvent, lintOf, lockOf, orderRecord, treeOf } from "../../test/tree-fixture.ts";
import { lintTree } from "./lint-tree.ts";

const instant = { type: "long", logicalType: "timestamp-millis" };
const decimal = { type: "bytes", logicalType: "decimal", precision: 12, scale: 2 };
const currency = { name: "currency", type: "string" };

/** The findings about one event, without place and weight: `rule: message`. */
function found(fields: readonly object[], type?: string, lint?: unknown): readonly string[] {
  return lintOf(documentedEvent(fields, type), { lint }).map((line) => line.replace(/^\S+ \S+ /, ""));
}

it("has nothing against a sound event", () => {
  const fields = [{ name: "total", type: decimal }, currency, { name: "placedAt", type: instant }];
  expect(found(fields)).toEqual([]);
});

describe("past-tense", () => {
  it.each([
    "placed",
    "paid",
    "sent",
    "handed_over",
    "went_live",
    "resent",
    "overridden",
    "withdrawn",
    "read",
    "agreed",
    "cancelled",
    "canceled",
    "labelled",
    "labeled",
    "put_away",
    "checked_in",
    "timed_out",
    "payment_failed",
    "not_found",
    "re_sent",
    "arisen",
    "struck",
    "rewound",
  ])("takes %s", (action) => expect(found([], `orders.order.${action}`)).toEqual([]));

  it.each([
    ["create", "orders.order.created"],
    ["send", "orders.order.sent"],
    ["ship", "orders.order.shipped"],
    ["cancellation", "orders.order.cancelled"],
    ["shipping", "orders.order.shipped"],
    ["closing", "orders.order.closed"],
    ["hand_over", "placed, paid or handed_over"],
    ["feed", "orders.order.fed"],
    ["overdue", "orders.order.became_overdue"],
    ["checkout", "orders.order.checked_out"],
    ["out_of_stock", "placed, paid or handed_over"],
    ["constructor", "placed, paid or handed_over"],
  ])("refuses %s and suggests %s", (action, suggestion) => {
    const report = lintTree(treeOf(documentedEvent([], `orders.order.${action}`)), new Map());
    expect(report.findings).toEqual([
      expect.objectContaining({
        rule: "past-tense",
        severity: "error",
        message: `the action "${action}" of orders.order.${action} is not in the past tense`,
        help: `an event tells what has happened: name it by a past form, such as ${suggestion}`,
        line: 3,
        column: 11,
      }),
    ]);
  });
});

describe("vague-action", () => {
  it.each(["updated", "status_changed", "order_modified", "data", "update", "processed"])("refuses %s", (action) => {
    expect(found([], `orders.order.${action}`)).toEqual([
      `vague-action: the action "${action}" of orders.order.${action} does not say what happened`,
    ]);
  });

  it.each(["address_changed", "renamed", "created"])("takes %s", (action) =>
    expect(found([], `orders.order.${action}`)).toEqual([]),
  );

  it.each([
    [[], "order.renamed, order.address_changed, order.closed"],
    [
      [
        { name: "note", type: "string" },
        { name: "updatedAt", type: instant },
        { name: "tags", type: "string" },
      ],
      "order.note_changed, order.tags_changed",
    ],
    [
      [
        {
          name: "status",
          type: { type: "enum", name: "S", doc: "d", symbols: ["NEW", "SHIPPED", "PAID"], default: "NEW" },
        },
      ],
      "order.shipped, order.paid",
    ],
  ])("makes better names of the content %j", (fields, names) => {
    const [finding] = lintTree(treeOf(documentedEvent(fields, "orders.order.updated")), new Map()).findings;
    expect(finding?.help).toBe(`make an event of each thing that can happen, such as ${names}`);
  });
});

it("wants docs of records, fields and enums", () => {
  const line = { type: "record", name: "Line", fields: [{ name: "count", type: "int", doc: " " }] };
  const files = { "orders/order.placed/v1.avsc": orderRecord([{ name: "line", type: line, doc: "One." }]) };
  expect(lintOf(files)).toEqual([
    "orders/order.placed/v1.avsc:1:1: warning doc-required: the record orders.order.OrderPlaced has no doc",
    'orders/order.placed/v1.avsc:6:5: warning doc-required: the field "orderId" has no doc',
    "orders/order.placed/v1.avsc:13:15: warning doc-required: the record orders.order.Line has no doc",
    'orders/order.placed/v1.avsc:17:11: warning doc-required: the field "line.count" has no doc',
  ]);
});

describe("timestamp-type", () => {
  it.each([
    ["placedAt", "long", "an instant"],
    ["created_at", "string", "an instant"],
    ["placedAtMillis", "long", "an instant"],
    ["startTime", "long", "an instant"],
    ["birthDate", "int", "a date"],
    ["ts", "long", "an instant"],
    ["expires", "long", "an instant"],
    ["validUntil", "string", "an instant"],
    ["sent_on", "string", "a date"],
    ["dueOn", "int", "a date"],
  ])("asks for a logical type of %s", (name, type, noun) => {
    expect(found([{ name, type, doc: "Personal data." }])).toEqual([
      `timestamp-type: "${name}" is named as ${noun} and is a plain ${type}`,
    ]);
  });

  it("looks into unions with null, arrays and maps", () => {
    const type = { type: "map", values: ["null", "long"] };
    expect(found([{ name: "attemptTimestamps", type }])).toEqual([
      'timestamp-type: "attemptTimestamps" is named as an instant and is a plain long',
    ]);
    expect(found([{ name: "paidAt", type: ["null", "long"], default: null }])).toEqual([
      'timestamp-type: "paidAt" is named as an instant and is a plain long',
    ]);
  });

  it.each([
    ["placedAt", instant],
    ["leadTime", "int"],
    ["dateCount", "int"],
    ["basedOn", "string"],
    ["dependsOn", "string"],
    ["turnedOn", "boolean"],
    ["expiresIn", "int"],
    ["parts", "string"],
    ["format", "string"],
    ["at", "boolean"],
  ])("takes %s of the type %j", (name, type) => expect(found([{ name, type }])).toEqual([]));
});

describe("money", () => {
  it.each([
    ["price", "double", []],
    ["total", "float", []],
    ["pricePerUnit", "double", []],
    ["prices", { type: "array", items: "float" }, []],
    ["discount", "double", [currency]],
  ])("refuses %s as a %j", (name, type, more) => {
    const element = typeof type === "string" ? type : type.items;
    expect(found([{ name, type }, ...more])).toEqual([
      `money-float: "${name}" looks like money and is a ${element}, which cannot hold amounts such as 0.10 exactly`,
    ]);
  });

  it.each([
    ["unitPrice", "long", []],
    ["price", "string", []],
    ["total", "int", [currency]],
    ["amount", "bytes", [currency]],
  ])("asks what the scale of %s is", (name, type, more) => {
    expect(found([{ name, type }, ...more]).filter((line) => !line.startsWith("event-size"))).toEqual([
      `money-type: "${name}" looks like money and is a plain ${type}, which does not say where the decimal point is`,
    ]);
  });

  it("finds the currency beside a nested amount", () => {
    const fields = [
      { name: "amount", type: "long", doc: "d" },
      { ...currency, doc: "d" },
    ];
    expect(found([{ name: "paid", type: { type: "record", name: "Money", doc: "d", fields } }])).toEqual([
      expect.stringMatching(/^money-type: "paid\.amount" /),
    ]);
  });

  it.each([
    ["total", "int"],
    ["priceCents", "long"],
    ["price", decimal],
    ["discount", "double"],
    ["priceListId", "long"],
    ["totalWeight", "double"],
    ["unitsPerPrice", "double"],
    ["itemsPerTotal", "int"],
  ])("takes %s of the type %j", (name, type) => expect(found([{ name, type }])).toEqual([]));
});

describe("nullable-default", () => {
  it.each([
    [{ type: ["null", "string"] }, "has no default"],
    [{ type: ["string", "null"] }, "does not list null first and has no default"],
    [{ type: ["string", "null"], default: null }, "does not list null first"],
    [{ type: ["int", "string", "null"] }, "does not list null first and has no default"],
  ])("refuses %j", (field, fault) => {
    expect(found([{ name: "note", ...field }])).toEqual([`nullable-default: the nullable field "note" ${fault}`]);
  });

  it.each([
    { type: ["null", "string"], default: null },
    { type: ["string", "null"], default: "" },
    { type: ["int", "string"] },
  ])("takes %j", (field) => expect(found([{ name: "note", ...field }])).toEqual([]));
});

it("wants a default of enums", () => {
  const reason = { type: "enum", name: "Reason", doc: "d", symbols: ["A", "UNKNOWN"] };
  expect(found([{ name: "reason", type: reason }])).toEqual([
    "enum-default: the enum orders.order.Reason has no default: a reader that lacks a new symbol fails on the event",
  ]);
  expect(found([{ name: "reason", type: { ...reason, default: "UNKNOWN" } }])).toEqual([]);
});

describe("key-identifier", () => {
  function keyed(name: string, type: unknown): readonly string[] {
    const field = { name, type, doc: "Personal data.", "waybill.key": true };
    const record = { type: "record", name: "OrderPlaced", namespace: "orders.order", doc: "d", fields: [field] };
    return lintOf({ "orders/order.placed/v1.avsc": record });
  }

  it.each([
    ["orderId", "string"],
    ["sku", "string"],
    ["invoiceNo", "string"],
    ["order", { type: "string", logicalType: "uuid" }],
  ])("takes %s", (name, type) => expect(keyed(name, type)).toEqual([]));

  it("refuses what has few values, and personal data", () => {
    expect(keyed("region", "string")).toEqual([
      expect.stringContaining('key-identifier: the key "region" does not look like the identifier of an entity'),
    ]);
    expect(keyed("email", "string")).toEqual([
      expect.stringContaining('key-identifier: the key "email" looks like personal data'),
    ]);
  });

  it("follows the config", () => {
    const files = documentedEvent([{ name: "region", type: "string" }]);
    const config = { events: { "orders.order.placed": { key: "region" } } };
    expect(lintTree(treeOf(files, config), new Map()).findings).toEqual([
      expect.objectContaining({ rule: "key-identifier", severity: "warning" }),
    ]);
  });
});

describe("personal-data", () => {
  it.each([
    ["email", "string"],
    ["contactEmailAddress", ["null", "string"]],
    ["ip_address", "string"],
    ["passwordHash", "bytes"],
    ["nationalId", "string"],
    ["bankAccountNumber", "string"],
    ["customerName", "string"],
    ["shippingAddress", "string"],
    ["phoneNumbers", { type: "array", items: "string" }],
    ["dateOfBirth", { type: "int", logicalType: "date" }],
  ])("hints at %s", (name, type) => {
    const field = { name, type, ...(Array.isArray(type) ? { default: null } : {}) };
    expect(found([field])).toEqual([
      `personal-data: "${name}" looks like personal data, which cannot be erased from a topic`,
    ]);
    expect(found([{ ...field, doc: "Personal data." }])).toEqual([]);
  });

  it.each([
    ["emailVerified", "boolean"],
    ["emailTemplateId", "string"],
    ["emailHash", "bytes"],
    ["passwordChanged", "boolean"],
    ["shippingAddressId", "string"],
    ["productName", "string"],
    ["phoneVerifiedAt", instant],
    ["name", "string"],
    ["script", "string"],
  ])("takes %s", (name, type) => expect(found([{ name, type }])).toEqual([]));

  it("takes the name of a person, not of a product, for personal", () => {
    const fields = [{ name: "name", type: "string", doc: "d" }];
    const nested = (name: string) => found([{ name: "of", type: { type: "record", name, doc: "d", fields } }]);
    expect(nested("Customer")).toEqual([expect.stringMatching(/^personal-data: "of\.name" /)]);
    expect(nested("Product")).toEqual([]);
  });
});

describe("bloat", () => {
  it("estimates the size and names the largest fields", () => {
    const lines = { type: "array", items: { type: "map", values: "string" } };
    expect(
      found([
        { name: "pdf", type: "bytes" },
        { name: "lines", type: lines, doc: "At most 5." },
      ]),
    ).toEqual([
      "event-size: a typical event is estimated at 1885 bytes, over 1024; the largest fields are pdf (1002), lines (862), orderId (21)",
    ]);
  });

  it("follows a recursive type once", () => {
    const children = { name: "children", type: { type: "array", items: "Node" }, doc: "At most 5." };
    const node = {
      type: "record",
      name: "Node",
      doc: "d",
      fields: [{ name: "label", type: "string", doc: "d" }, children],
    };
    expect(found([{ name: "tree", type: node }])).toEqual([]);
  });

  it("takes no longer for types that are used over and over", () => {
    const levels = Array.from({ length: 60 }, (_, level) => level);
    const type = levels.reduce<object | string>((inner, level) => {
      const [first, second] = ["a", "b"].map((name) => ({
        name,
        type: name === "a" ? inner : `L${level - 1}`,
        doc: "d",
      }));
      return { type: "record", name: `L${level}`, doc: "d", fields: level === 0 ? [{ ...first }] : [first, second] };
    }, "int");
    expect(found([{ name: "deep", type }])).toEqual([expect.stringMatching(/^event-size: /)]);
  });

  it("finds whole entities within an event", () => {
    const names = ["tier", "locale", "segment"];
    const fields = ["customerId", ...names].map((name) => ({ name, type: "string", doc: "d" }));
    const customer = { type: "record", name: "Customer", doc: "d", fields };
    expect(found([{ name: "customer", type: customer }])).toEqual([
      "nested-entity: orders.order.Customer looks like a whole entity of 4 fields within the event",
    ]);
    expect(found([{ name: "customer", type: { ...customer, fields: fields.slice(1) } }])).toEqual([]);
    const other = documentedEvent([], "users.customer.registered");
    const noId = { ...customer, fields: [...fields.slice(1), { name: "rank", type: "int", doc: "d" }] };
    expect(lintOf({ ...documentedEvent([{ name: "customer", type: noId }]), ...other })).toEqual([
      expect.stringContaining("nested-entity: orders.order.Customer "),
    ]);
  });

  it("finds arrays that grow, unless the doc states a limit", () => {
    const history = { name: "statusHistory", type: { type: "array", items: "string" } };
    expect(found([history])).toEqual([
      'unbounded-array: the array "statusHistory" grows for as long as its entity lives',
    ]);
    expect(found([{ ...history, doc: "At most 20." }])).toEqual([]);
    const tags = { name: "tags", type: { type: "array", items: "string" }, doc: "d" };
    const line = { type: "record", name: "Line", doc: "d", fields: [tags] };
    expect(found([{ name: "lines", type: { type: "array", items: line } }])).toEqual([
      'unbounded-array: the array "lines[].tags" stands within another, so that their sizes multiply',
    ]);
  });

  it("wants a limit of every array under the strict preset", () => {
    const tags = { name: "tags", type: { type: "array", items: "string" } };
    expect(found([tags])).toEqual([]);
    expect(found([tags], undefined, { preset: "strict" })).toEqual([
      'array-limit: the doc of the array "tags" states no limit',
    ]);
  });
});

describe("levels", () => {
  const files = { ...documentedEvent([], "orders.order.updated"), ...documentedEvent([], "legacy.order.updated") };

  it("come from the preset, then the rules, then the overrides, of which the last wins", () => {
    const severities = (lint: unknown) => lintOf(files, { lint }).map((line) => line.split(/[/ ]/, 4).join(" "));
    const both = (severity: string) => [
      `legacy order.updated v1.avsc:3:11: ${severity}`,
      `orders order.updated v1.avsc:3:11: ${severity}`,
    ];
    expect(severities({})).toEqual(both("error"));
    expect(severities({ preset: "off" })).toEqual([]);
    expect(severities({ preset: "off", rules: { "vague-action": "warn" } })).toEqual(both("warning"));
    const legacy = { files: ["legacy/**"], rules: { "vague-action": "off" } };
    expect(severities({ overrides: [legacy] })).toEqual(both("error").slice(1));
    const again = { files: ["**/v1.avsc"], rules: { "vague-action": "warn" } };
    expect(severities({ overrides: [legacy, again] })).toEqual(both("warning"));
  });

  it("tell of an override that matches nothing", () => {
    expect(lintOf(documentedEvent([]), { lint: { overrides: [{ files: ["orders"], rules: {} }] } })).toEqual([
      expect.stringMatching(
        /^schemas\.config\.json:\d+:\d+: warning suppression: the override for "orders" matches no version of the tree$/,
      ),
    ]);
  });
});

describe("suppressions", () => {
  const silenced = (rules: unknown) => [{ name: "price", type: "double", "waybill.lint": rules }];

  it("silence a rule for a field or a record", () => {
    expect(found(silenced({ "money-float": "the scale sends doubles" }))).toEqual([]);
    const [record] = Object.values(documentedEvent([{ name: "price", type: "double" }]));
    expect(
      lintOf({
        "orders/order.placed/v1.avsc": { ...(record as object), "waybill.lint": { "money-float": "as above" } },
      }),
    ).toEqual([]);
  });

  it("hold for their own rule and place alone", () => {
    const fields = [...silenced({ "money-float": "why" }), { name: "cost", type: "double" }];
    expect(found(fields)).toEqual([expect.stringMatching(/^money-float: "cost"/)]);
  });

  it("need a known rule and a reason, and something to silence", () => {
    expect(found(silenced({ "money-floats": "why" }))).toEqual([
      expect.stringMatching(/^money-float: /),
      'suppression: "waybill.lint" names "money-floats", which is no rule',
    ]);
    expect(found(silenced({ "money-float": "" }))).toEqual([
      expect.stringMatching(/^money-float: /),
      'suppression: "waybill.lint" silences money-float without a reason',
    ]);
    expect(found(silenced("money-float"))).toEqual([
      expect.stringMatching(/^money-float: /),
      'suppression: "waybill.lint" must be an object of rules and reasons',
    ]);
    expect(found(silenced({ "money-float": "why", "enum-default": "why" }))).toEqual([
      "suppression: enum-default has nothing to report here, and is silenced",
    ]);
  });
});

describe("versions", () => {
  const price = [{ name: "price", type: "double" }];
  const v1 = documentedEvent(price);
  const [record] = Object.values(v1);
  const v2 = { "orders/order.placed/v2.avsc": record };

  it("makes warnings of a released version's errors, as it cannot change", () => {
    expect(lintOf(v1, { lock: lockOf(v1) })).toEqual([expect.stringContaining(": warning money-float: ")]);
  });

  it("looks at the newest and the unreleased ones alone", () => {
    expect(lintOf({ ...v1, ...v2 }, { lock: lockOf(v1) })).toEqual([expect.stringMatching(/v2\.avsc.*error money/)]);
    expect(lintOf({ ...v1, ...v2 })).toHaveLength(2);
  });

  it("reports what cannot be read", () => {
    expect(lintOf({ "orders/order.placed/v1.avsc": "{" })).toEqual([expect.stringContaining(": error parse: ")]);
  });
});
