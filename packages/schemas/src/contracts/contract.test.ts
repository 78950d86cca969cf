import { describe, expect, it } from "@jest/globals";
import { bytesOf, findingsOf, orderRecord, treeOf } from "../../test/tree-fixture.ts";
import { parseContract } from "./contract.ts";

const v1 = "orders/order.placed/v1.avsc";
const v2 = "orders/order.placed/v2.avsc";
const line = { type: "record", name: "Line", fields: [{ name: "sku", type: "string" }] };
const lines = { name: "lines", type: ["null", { type: "array", items: ["null", line] }], default: null };
const labels = { name: "labels", type: { type: "map", values: "orders.order.Line" }, default: {} };
const tree = { [v1]: orderRecord(), [v2]: orderRecord([lines, labels]) };

function problemsOf(text: string): readonly string[] {
  const { problems } = parseContract("consumers/email.json", bytesOf(text));
  return (problems ?? []).map((problem) => `${problem.line}:${problem.column} ${problem.message}`);
}

function contractOf(use: object): object {
  return { service: "email", owner: "team-mail", events: { "orders.order.placed": use } };
}

describe("a contract", () => {
  it("says what a service reads", () => {
    const [contract] = treeOf({
      ...tree,
      "consumers/email.json": {
        $schema: "./contract.schema.json",
        ...contractOf({ versions: [2, 1], fields: ["orderId", "lines[].sku"] }),
        description: "Mails customers.",
      },
    }).contracts;
    expect(contract).toMatchObject({
      service: "email",
      owner: "team-mail",
      description: "Mails customers.",
      file: "consumers/email.json",
      events: [{ event: "orders.order.placed", versions: [1, 2], fields: ["orderId", "lines[].sku"] }],
    });
    expect(contract?.events[0]?.places.get("lines[].sku")).toMatchObject({ file: "consumers/email.json", line: 13 });
  });

  it("reads all of an event without fields, and nothing but its envelope with none", () => {
    const { contract } = parseContract("consumers/email.json", bytesOf(contractOf({ versions: [1] })));
    expect(contract?.events[0]?.fields).toBeNull();
    const none = parseContract("consumers/email.json", bytesOf(contractOf({ versions: [1], fields: [] })));
    expect(none.contract?.events[0]?.fields).toEqual([]);
  });

  it("is refused with everything that is wrong with it, each with its place", () => {
    const text = `{
  "service": "mail",
  "team": "mail",
  "description": "",
  "events": {
    "order.placed": {},
    "orders.order.placed": { "versions": [0, 1, 1, "2"], "fields": ["a..b", "a", "a", "lines[]sku", 1] },
    "orders.order.shipped": { "fields": {} },
    "orders.order.lost": []
  }
}`;
    expect(problemsOf(text)).toEqual([
      '3:11 a contract has no setting "team"; it has $schema, service, owner, description, events',
      '2:14 "service" must be as the file is named; rename the file to consumers/mail.json',
      '1:1 a contract needs "owner", the person or team that answers for the service',
      '4:18 "description" must be a string, not empty',
      '6:21 "order.placed" is no event; events are domain.entity.action',
      "7:43 a version must be a whole number such as 2",
      '7:49 "1" is listed already',
      "7:52 a version must be a whole number such as 2",
      '7:69 "a..b" is no path of a field: a path is names joined by dots, with [] for the items of an array and {} for the values of a map, such as lines[].sku',
      '7:82 "a" is listed already',
      '7:87 "lines[]sku" is no path of a field: a path is names joined by dots, with [] for the items of an array and {} for the values of a map, such as lines[].sku',
      "7:101 a field must be a string, not a number",
      '8:29 "orders.order.shipped" needs "versions", the versions that the code is written against, such as [1]',
      '8:41 "fields" must be an array of paths; leave it out when the service reads all of the event',
      '9:26 "orders.order.lost" must be an object, not an array',
    ]);
    expect(problemsOf('{ "service": "email", "owner": "a\\nb", "events": {} }')).toEqual([
      '1:32 "owner" must be a name on one line',
    ]);
    expect(problemsOf('{ "service": "e mail", }')).toHaveLength(1);
    expect(problemsOf('{ "service": "e mail" }')[0]).toContain("letters, digits, dots, underscores and hyphens");
  });
});

describe("contracts of a tree", () => {
  const found = (use: object) =>
    findingsOf({ ...tree, "consumers/email.json": JSON.stringify(contractOf(use)) }).map((text) =>
      text.replace(/^consumers\/email\.json:1:/, ""),
    );

  it("may name what any of their versions has, through unions, arrays and maps", () => {
    const fields = ["orderId", "lines", "lines[]", "lines[].sku", "labels{}.sku"];
    expect(found({ versions: [1, 2], fields })).toEqual([]);
  });

  it("are held to events, versions and fields that exist", () => {
    const at = JSON.stringify(contractOf({ versions: [1, 3] })).indexOf("3]") + 1;
    expect(found({ versions: [1, 3] })).toEqual([
      `${at}: error contract-unknown: email reads v3 of orders.order.placed, which the tree lacks`,
    ]);
    expect(found({ versions: [1], fields: ["lines"] })).toEqual([
      expect.stringContaining('error contract-unknown: email reads "lines", which v1 of orders.order.placed lacks'),
    ]);
    const fields = ["lines[].sku.length", "lines.sku", "orderid"];
    expect(found({ versions: [1, 2], fields })).toEqual(
      fields.map((path) => expect.stringContaining(`email reads "${path}", which v1, v2 of orders.order.placed lack`)),
    );
    expect(
      findingsOf({ ...tree, "consumers/x.json": { service: "x", owner: "x", events: { "a.b.c": { versions: [1] } } } }),
    ).toEqual(["consumers/x.json:5:14: error contract-unknown: x reads a.b.c, and the tree has no such event"]);
  });

  it("are invalid by findings, and keep a folder of their own", () => {
    expect(findingsOf({ ...tree, "consumers/email.json": "{}" })).toHaveLength(3);
    expect(findingsOf({ ...tree, "consumers/order.placed/v1.avsc": "{}", "consumers/email.yml": "" })).toEqual([
      'consumers/email.yml:1:1: error file-unknown: "consumers/email.yml" is not the contract of a consumer',
      'consumers/order.placed/v1.avsc:1:1: error file-unknown: "consumers/order.placed/v1.avsc" is not the contract of a consumer',
    ]);
  });
});
