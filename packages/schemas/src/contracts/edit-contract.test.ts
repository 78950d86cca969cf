import { expect, it } from "@jest/globals";
import { bytesOf } from "../../test/tree-fixture.ts";
import { parseContract } from "./contract.ts";
import { type AddedUse, extendContract, newContractText } from "./edit-contract.ts";

const placed = { event: "orders.order.placed", versions: [1, 2], fields: ["orderId", "lines[].sku"] };
const shipped = { event: "orders.order.shipped", versions: [1], fields: null };

it("writes a new contract, one event a line while it fits", () => {
  const long = { ...placed, event: "orders.order.returned", fields: ["aLongNameOfAField", "anotherLongNameOfAField"] };
  const longest = { ...long, event: "orders.order.sent", fields: Array.from({ length: 8 }, (_, i) => `aLongName${i}`) };
  const text = newContractText("email", "team-mail", [placed, shipped, long, longest]);
  expect(text).toBe(`{
  "service": "email",
  "owner": "team-mail",
  "events": {
    "orders.order.placed": { "versions": [1, 2], "fields": ["orderId", "lines[].sku"] },
    "orders.order.shipped": { "versions": [1] },
    "orders.order.returned": {
      "versions": [1, 2],
      "fields": ["aLongNameOfAField", "anotherLongNameOfAField"]
    },
    "orders.order.sent": {
      "versions": [1, 2],
      "fields": [
        "aLongName0",
        "aLongName1",
        "aLongName2",
        "aLongName3",
        "aLongName4",
        "aLongName5",
        "aLongName6",
        "aLongName7"
      ]
    }
  }
}
`);
  expect(parseContract("consumers/email.json", bytesOf(text)).problems).toBeNull();
});

const written = `{ "owner" :"team-mail","service":"email",
\t"events": {\t"orders.order.placed": {
\t\t\t"fields": [
\t\t\t\t"orderId"
\t\t\t],   "versions":[ 1 ] } } }`;

it.each([
  [
    "an event",
    shipped,
    `{ "owner" :"team-mail","service":"email",
\t"events": {\t"orders.order.placed": {
\t\t\t"fields": [
\t\t\t\t"orderId"
\t\t\t],   "versions":[ 1 ] },\t"orders.order.shipped": { "versions": [1] } } }`,
  ],
  [
    "versions and fields",
    placed,
    `{ "owner" :"team-mail","service":"email",
\t"events": {\t"orders.order.placed": {
\t\t\t"fields": [
\t\t\t\t"orderId",
\t\t\t\t"lines[].sku"
\t\t\t],   "versions":[ 1, 2 ] } } }`,
  ],
])("adds %s and leaves the rest as it is written", (_what, use: AddedUse, expected) => {
  const extended = extendContract(written, [use]);
  expect(extended).toBe(expected);
  expect(extendContract(extended, [use])).toBe(extended);
});

it("puts an event on a line of its own, behind others that have one, with their line ends", () => {
  const text = newContractText("email", "team-mail", [shipped]).replaceAll("\n", "\r\n");
  const long = { ...placed, fields: Array.from({ length: 9 }, (_, i) => `aLongName${i}`) };
  const extended = extendContract(text, [placed, long, { ...long, event: "orders.order.sent" }]);
  expect(extended.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
  expect(extended).toContain('[1] },\r\n    "orders.order.placed": { "versions": [1, 2], "fields": ["orderId", ');
  expect(extended).toContain('    "orders.order.sent": {\r\n      "versions": [1, 2],\r\n      "fields": [\r\n');
  expect(parseContract("consumers/email.json", bytesOf(extended)).contract?.events).toHaveLength(3);
});

it("keeps reading all of an event as it is, and fills an empty list", () => {
  const text = newContractText("email", "team-mail", [shipped, { ...placed, fields: [] }]);
  const extended = extendContract(text, [{ ...shipped, fields: ["orderId"] }, placed]);
  expect(extended).toContain('"orders.order.shipped": { "versions": [1] },');
  expect(extended).toContain('"fields": ["orderId", "lines[].sku"] }');
});
