import { describe, expect, it } from "@jest/globals";
import { findingsOf, lockOf, orderRecord, treeOf } from "../../test/tree-fixture.ts";
import { checkTree } from "../check-tree.ts";

const v1 = "orders/order.placed/v1.avsc";
const v2 = "orders/order.placed/v2.avsc";
const v3 = "orders/order.placed/v3.avsc";

const decimal = (precision: number, scale: number) => ({ type: "bytes", logicalType: "decimal", precision, scale });
const long = (logicalType: string) => ({ type: "long", logicalType });
const ofTotal = (type: unknown, more = {}) => orderRecord([{ name: "total", type, ...more }]);
const status = (symbols: readonly string[], fallback: string) =>
  ofTotal({ type: "enum", name: "Status", symbols, default: fallback });

/** `severity rule: message` of what the rules say about v2 after v1. */
function changes(from: object, to: object, config: object = {}): readonly string[] {
  return findingsOf({ [v1]: from, [v2]: to }, { config }).map((line) => line.replace(/^\S+ /, ""));
}

describe("logical changes", () => {
  it("are told once, for readers of the newer version, with both places and a remedy", () => {
    const tree = treeOf({ [v1]: ofTotal(decimal(9, 2)), [v2]: ofTotal(decimal(9, 4)) });
    expect(checkTree(tree, new Map()).filter(({ rule }) => rule !== "unreleased")).toEqual([
      {
        rule: "logical-scale",
        severity: "error",
        about: { event: "orders.order.placed", version: 2, field: "total" },
        file: v2,
        line: 13,
        column: 15,
        message:
          "where v2 reads v1: at total, the writer's decimals have the scale 2, the reader's 4: taken as they are, values come out 100 times too small",
        help: "keep the scale; for another one add a field of a new name beside it, or begin a new generation",
        related: { file: v1, line: 13, column: 15, message: "the other side, in v1" },
      },
    ]);
  });

  it("are told for the readers that the mode names", () => {
    const [from, to] = [ofTotal(decimal(9, 2)), ofTotal(decimal(12, 2))];
    const older =
      "warning logical-precision: where v1 reads v2: at total, the writer's decimals have up to 12 digits, the reader's up to 9: the largest do not fit";
    expect(changes(from, to)).toEqual([older]);
    expect(changes(from, to, { mode: "FORWARD" })).toEqual([older]);
    expect(changes(from, to, { mode: "BACKWARD" })).toEqual([]);
    expect(changes(to, from, { mode: "BACKWARD" })).toEqual([older.replace("v1 reads v2", "v2 reads v1")]);
    expect(changes(from, to, { mode: "NONE" })).toEqual([]);
  });

  it.each([
    ["logical-scale", "error", ofTotal(decimal(9, 2)), ofTotal(decimal(9, 3)), /at total, .* scale 2, the reader's 3/],
    ["logical-unit", "error", ofTotal(long("timestamp-millis")), ofTotal(long("timestamp-micros")), /1,000 times too/],
    ["logical-type", "warning", ofTotal(decimal(9, 2)), ofTotal("bytes"), /for a plain bytes$/],
    [
      "default-changed",
      "warning",
      ofTotal("int", { default: 1 }),
      ofTotal("int", { default: 2 }),
      /default is 2, .* 1/,
    ],
    ["enum-default-changed", "warning", status(["A", "B"], "A"), status(["A", "B"], "B"), /unknown symbol as B/],
  ])("has %s as %s, off when the config says so", (rule, severity, from, to, message) => {
    const found = changes(from, to).filter((line) => line.includes(` ${rule}: `));
    expect(found).toEqual([expect.stringMatching(message)]);
    expect(found[0]).toMatch(new RegExp(`^${severity} ${rule}: where v2 reads v1: `));
    const set = (setting: string) => changes(from, to, { rules: { [rule]: setting } });
    expect(set("note").filter((line) => line.includes(` ${rule}: `))).toEqual([found[0]?.replace(severity, "note")]);
    expect(set("off").filter((line) => line.includes(` ${rule}: `))).toEqual([]);
  });

  it("compares the key in every mode, and the field that the config names", () => {
    const config = { mode: "NONE", events: { "orders.order.placed": { key: "userId" } } };
    const unmarked = (type: string) => ({ ...orderRecord(), fields: [{ name: "userId", type }] });
    expect(changes(unmarked("long"), unmarked("int"), config)).toEqual([
      'error key-narrowed: the key "userId" narrows from long to int: not every key that was written has a place in it',
    ]);
    expect(changes(unmarked("int"), unmarked("long"), config)).toEqual([]);
  });

  it("stop at the border of a generation", () => {
    const next = { ...ofTotal(decimal(9, 4)), name: "OrderPlacedV2" };
    expect(changes(ofTotal(decimal(9, 2)), next)).toEqual([]);
  });

  it("are told of the version that makes them, not of those after it", () => {
    const files = { [v1]: ofTotal(decimal(9, 2)), [v2]: ofTotal(decimal(9, 4)), [v3]: ofTotal(decimal(9, 4)) };
    const found = findingsOf(files);
    expect(found).toEqual([expect.stringMatching(/v2\.avsc:.* error logical-scale: /)]);
  });
});

describe("changes of generated types", () => {
  const generating = { generate: { out: "../events", scope: "@shop" } };
  const named = (name: string, type: unknown, more = {}) => orderRecord([{ name, type, default: null, ...more }]);
  const nullable = ["null", "string"];

  it("are told with both places and a remedy, of trees that generate code", () => {
    const files = { [v1]: named("note", nullable), [v2]: named("remark", nullable, { aliases: ["note"] }) };
    expect(findingsOf(files)).toEqual([]);
    const findings = checkTree(treeOf(files, generating), new Map());
    expect(findings.filter(({ rule }) => rule === "source-renamed")).toEqual([
      {
        rule: "source-renamed",
        severity: "warning",
        about: { event: "orders.order.placed", version: 2, field: "remark" },
        file: v2,
        line: 11,
        column: 5,
        message: 'code for v1 may not compile with v2: at remark, the property "note" is now "remark"',
        help: "keep the name, and say in the doc what it means now; an alias renames for old data, not for code",
        related: { file: v1, line: 11, column: 5, message: "as it was in v1" },
      },
    ]);
  });

  it.each([
    ["source-removed", named("note", nullable), orderRecord()],
    ["source-type", ofTotal("int", { default: 0 }), ofTotal("long", { default: 0 })],
    ["source-union", named("note", nullable), named("note", ["null", "string", "long"])],
    ["source-nullable", ofTotal("string", { default: "" }), named("total", nullable)],
    ["source-required", named("total", nullable), ofTotal("string", { default: "" })],
    ["source-enum", status(["A"], "A"), status(["A", "B"], "A")],
  ])("has %s as a warning, an error when the config says so", (rule, from, to) => {
    const severities = (rules: object) =>
      changes(from, to, { ...generating, mode: "NONE", rules }).flatMap((line) =>
        line.includes(` ${rule}: `) ? [line.split(" ")[0]] : [],
      );
    expect(severities({})).toEqual(["warning"]);
    expect(severities({ [rule]: "error" })).toEqual(["error"]);
    expect(severities({ [rule]: "off" })).toEqual([]);
  });

  it("are not looked for in released versions unless they are errors", () => {
    const files = { [v1]: named("note", nullable), [v2]: orderRecord() };
    const lock = lockOf(files);
    expect(findingsOf(files, { lock, config: generating })).toEqual([]);
    const strict = { ...generating, rules: { "source-removed": "error" } };
    expect(findingsOf(files, { lock, config: strict })).toEqual([
      expect.stringContaining(
        'error source-removed: code for v1 may not compile with v2: at note, the property "note" is gone',
      ),
    ]);
  });
});

it("tells errors always, anything less until the version is released", () => {
  const files = { [v1]: ofTotal(decimal(9, 2)), [v2]: ofTotal(decimal(8, 3)), [v3]: ofTotal("bytes") };
  const rulesFound = (lock: ReturnType<typeof lockOf>) =>
    findingsOf(files, { lock }).map((line) => line.split(" ").slice(1, 3).join(" "));
  expect(rulesFound(new Map())).toEqual([
    "error logical-scale:",
    "warning logical-precision:",
    "warning logical-type:",
  ]);
  expect(rulesFound(lockOf(files))).toEqual(["error logical-scale:"]);
});
