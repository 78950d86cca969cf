import { expect, it } from "@jest/globals";
import { lockOf, orderRecord, treeOf } from "../../test/tree-fixture.ts";
import { releasedIn } from "../baseline/baseline.ts";
import { checkTree } from "../check-tree.ts";
import type { Finding } from "../finding.ts";

const v1 = "orders/order.placed/v1.avsc";
const v2 = "orders/order.placed/v2.avsc";
const total = { name: "total", type: "long" };
const broken = { [v1]: orderRecord(), [v2]: orderRecord([total, { ...total, name: "tax" }]) };
const waiver = {
  rule: "incompatible",
  event: "orders.order.placed",
  version: 2,
  field: "total",
  reason: "Nobody reads it yet.",
  owner: "team-orders",
  expires: "2026-06-30",
};
const lastMoment = new Date("2026-06-30T23:59:59.999Z");

function check(waivers: readonly object[], now = lastMoment, files: Parameters<typeof treeOf>[0] = broken) {
  return checkTree(treeOf(files, { waivers }), lockOf(files), { now });
}

function linesOf(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ severity, rule, message }) => `${severity} ${rule}: ${message}`);
}

it("lets one break of one version pass as a note, to the end of its last day", () => {
  const findings = check([waiver]);
  expect(findings.map(({ severity, about }) => [severity, about?.field])).toEqual([
    ["note", "total"],
    ["error", "tax"],
  ]);
  expect(findings[0]).toMatchObject({
    rule: "incompatible",
    waived: { reason: "Nobody reads it yet.", owner: "team-orders", expires: "2026-06-30" },
  });
});

it("fails once it has expired, and its break with it", () => {
  const findings = check([waiver], new Date("2026-07-01T00:00:00.000Z"));
  expect(findings.map(({ severity, rule }) => `${severity} ${rule}`)).toEqual([
    "error incompatible",
    "error incompatible",
    "error waiver-expired",
  ]);
  expect(findings[2]).toMatchObject({
    file: "schemas.config.json",
    line: 3,
    column: 5,
    message: "the waiver of incompatible for v2 of orders.order.placed at total expired on 2026-06-30",
    help: expect.stringContaining("agree on a later date with team-orders, who gave it because: Nobody reads it yet."),
  });
  const mended = check([waiver], new Date("2026-07-01T00:00:00.000Z"), { [v1]: orderRecord() });
  expect(linesOf(mended)).toEqual([expect.stringMatching(/^error waiver-expired: /)]);
});

it.each([
  [{ ...waiver, version: 3 }, "incompatible for v3 of orders.order.placed at total"],
  [{ ...waiver, field: "totals" }, "incompatible for v2 of orders.order.placed at totals"],
  [{ ...waiver, field: undefined }, "incompatible for v2 of orders.order.placed"],
  [{ ...waiver, event: "orders.order.shipped" }, "incompatible for v2 of orders.order.shipped at total"],
  [{ ...waiver, rule: "key-moved" }, "key-moved for v2 of orders.order.placed at total"],
])("warns of %j, which lets nothing pass", (unused, what) => {
  const findings = check([unused]);
  expect(linesOf(findings).slice(2)).toEqual([
    `warning waiver-unused: nothing is found that the waiver of ${what} would let pass`,
  ]);
  expect(findings.filter(({ severity }) => severity === "error")).toHaveLength(2);
});

it("names what was found instead", () => {
  const [, , unused] = check([{ ...waiver, field: "totals" }]);
  expect(unused?.help).toBe("remove it, or correct it: found are v2 at total, v2 at tax");
});

it("covers releases too, and tells them unused only where a baseline could have shown their use", () => {
  const edited = { rule: "released-edited", version: 1, field: undefined };
  const waivers = [{ ...waiver, ...edited }];
  const tree = treeOf({ [v1]: { ...orderRecord(), doc: "Edited." } }, { waivers });
  const released = lockOf({ [v1]: orderRecord() });
  const now = lastMoment;
  expect(checkTree(tree, released, { now }).map(({ severity }) => severity)).toEqual(["note"]);

  const baseline = { label: "git:main", events: releasedIn(tree, null), identity: "text" as const };
  const current = lockOf({ [v1]: { ...orderRecord(), doc: "Edited." } });
  expect(linesOf(checkTree(tree, current, { now }))).toEqual([]);
  expect(linesOf(checkTree(tree, current, { now, baseline }))).toEqual([
    expect.stringMatching(/^warning waiver-unused: .* released-edited for v1 /),
  ]);
});

it("lets a moved key pass", () => {
  const moved = {
    [v1]: orderRecord(),
    [v2]: {
      ...orderRecord(),
      fields: [
        { name: "orderId", type: "string" },
        { name: "userId", type: "string", default: "", "waybill.key": true },
      ],
    },
  };
  expect(linesOf(check([], lastMoment, moved))).toEqual([expect.stringMatching(/^error key-moved: /)]);
  const findings = check([{ ...waiver, rule: "key-moved", field: "userId" }], lastMoment, moved);
  expect(linesOf(findings)).toEqual([expect.stringMatching(/^note key-moved: /)]);
});

it("lets pass what settable rules find, errors and warnings alike", () => {
  const price = (precision: number, scale: number) => ({
    name: "price",
    type: { type: "bytes", logicalType: "decimal", precision, scale },
  });
  const files = { [v1]: orderRecord([price(12, 2)]), [v2]: orderRecord([price(10, 3)]) };
  const waivers = ["logical-scale", "logical-precision", "logical-unit"].map((rule) => ({
    ...waiver,
    rule,
    field: "price",
  }));
  const findings = checkTree(treeOf(files, { waivers }), lockOf({ [v1]: files[v1] }), { now: lastMoment });
  const told = findings.filter(({ rule }) => rule !== "unreleased");
  expect(linesOf(told).toSorted()).toEqual([
    expect.stringMatching(/^note logical-precision: /),
    expect.stringMatching(/^note logical-scale: /),
    "warning waiver-unused: nothing is found that the waiver of logical-unit for v2 of orders.order.placed at price would let pass",
  ]);
  const late = checkTree(treeOf(files, { waivers: waivers.slice(0, 1) }), new Map(), {
    now: new Date("2026-07-01T00:00:00.000Z"),
  });
  expect(
    linesOf(late)
      .filter((line) => line.startsWith("error"))
      .toSorted(),
  ).toEqual([expect.stringMatching(/^error logical-scale: /), expect.stringMatching(/^error waiver-expired: /)]);
});
