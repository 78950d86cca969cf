import { expect, it } from "@jest/globals";
import { lockOf, orderRecord, treeOf } from "../../test/tree-fixture.ts";
import { checkTree } from "../check-tree.ts";
import type { Finding } from "../finding.ts";
import { type Baseline, parseBaselineSource, releasedIn } from "./baseline.ts";

const v1 = "orders/order.placed/v1.avsc";
const v2 = "orders/order.placed/v2.avsc";
const v3 = "orders/order.placed/v3.avsc";
const note = { name: "note", type: ["null", "string"], default: null };
const total = { name: "total", type: "long" };
type Files = Parameters<typeof treeOf>[0];

function baselineOf(files: Files, identity: Baseline["identity"] = "text"): Baseline {
  return { label: "git:main", events: releasedIn(treeOf(files), null), identity };
}

function against(files: Files, baseline: Baseline, lock = lockOf({})): readonly Finding[] {
  return checkTree(treeOf(files), lock, { baseline }).filter(({ rule }) => rule !== "unreleased");
}

function linesOf(findings: readonly Finding[]): readonly string[] {
  return findings.map(({ file, rule, message }) => `${file} ${rule}: ${message}`);
}

it.each([
  ["lock", { kind: "lock" }],
  ["git:main", { kind: "git", ref: "main", isMergeBase: false }],
  ["git:v1.0^{commit}", { kind: "git", ref: "v1.0^{commit}", isMergeBase: false }],
  ["merge-base:origin/main", { kind: "git", ref: "origin/main", isMergeBase: true }],
  ["registry", { kind: "registry", url: null }],
  ["https://registry/x", { kind: "registry", url: "https://registry/x" }],
  ["../released", { kind: "folder", path: "../released" }],
  ["C:\\released", { kind: "folder", path: "C:\\released" }],
  ["", null],
  ["git:", null],
  ["git:--output=x", null],
  ["merge-base:a b", null],
])("reads the baseline %j", (text, source) => {
  expect(parseBaselineSource(text)).toEqual(source);
});

it("takes for released what the baseline's lock holds, or everything where there is none", () => {
  const tree = treeOf({ [v1]: orderRecord(), [v2]: orderRecord([note]) });
  const released = (lock: ReturnType<typeof lockOf> | null) =>
    releasedIn(tree, lock).flatMap(({ versions }) => versions.map(({ version }) => version));
  expect(released(lockOf({ [v1]: orderRecord() }))).toEqual([1]);
  expect(released(null)).toEqual([1, 2]);
  expect(released(new Map())).toEqual([]);
});

it("has nothing against a tree that only adds to the baseline", () => {
  expect(against({ [v1]: orderRecord(), [v2]: orderRecord([note]) }, baselineOf({ [v1]: orderRecord() }))).toEqual([]);
});

it("finds what was edited and what is gone, and also whole events", () => {
  const other = "orders/order.shipped/v1.avsc";
  const baseline = baselineOf({
    [v1]: orderRecord(),
    [v2]: orderRecord([note]),
    [other]: orderRecord([], "OrderShipped"),
  });
  expect(linesOf(against({ [v1]: { ...orderRecord(), doc: "Edited." } }, baseline))).toEqual([
    `${v1} released-edited: v1 of orders.order.placed is released in git:main and differs here (only docs, defaults, aliases or attributes differ)`,
    `${v2} released-removed: v2 of orders.order.placed is released in git:main and missing here`,
    `${other} released-removed: v1 of orders.order.shipped is released in git:main and missing here`,
  ]);
});

it("tells what the lock tells already only once", () => {
  const files = { [v1]: orderRecord(), [v2]: orderRecord([note]) };
  const found = against({ [v1]: orderRecord([note]) }, baselineOf(files), lockOf(files));
  expect(found.map(({ rule, file }) => `${rule} ${file}`)).toEqual([
    `released-edited ${v1}`,
    "released-removed schemas.lock.json",
  ]);
});

it("holds new versions to what is released in the baseline, also where the tree lacks or changed it", () => {
  const baseline = baselineOf({ [v1]: orderRecord(), [v2]: orderRecord([total]) });
  const breaks = against({ [v1]: orderRecord(), [v3]: orderRecord([{ ...total, type: "string" }]) }, baseline).filter(
    ({ rule }) => rule === "incompatible",
  );
  expect(breaks.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^v3 cannot read what v1 wrote: at total, /),
    expect.stringMatching(/^v2 cannot read what v3 writes: at total, /),
    expect.stringMatching(/^v3 cannot read what v2 wrote: at total, /),
  ]);
  expect(breaks.map(({ related }) => related?.message)).toEqual([
    "the other side, in v1",
    "the other side, in v2 of git:main",
    "the other side, in v2 of git:main",
  ]);
});

it("takes no rewriting by a registry for an edit", () => {
  const { namespace, name, ...rest } = orderRecord([note]);
  const rewritten = { name: `${String(namespace)}.${String(name)}`, ...rest };
  expect(against({ [v1]: orderRecord([note]) }, baselineOf({ [v1]: rewritten }, "schema"))).toEqual([]);
  expect(against({ [v1]: orderRecord([note]) }, baselineOf({ [v1]: rewritten }))).toHaveLength(1);
});
