import { describe, expect, it } from "@jest/globals";
import { parseSchemaOrThrow } from "../parse/parse-schema.ts";
import {
  checkHistory,
  checkVersion,
  COMPATIBILITY_MODES,
  type CompatibilityMode,
  isCompatibilityMode,
} from "./check-history.ts";

function version(number: number, ...fields: { name: string; type: string; default?: unknown }[]) {
  return { number, schema: parseSchemaOrThrow(JSON.stringify({ type: "record", name: "R", fields })).schema };
}

/** v2 drops the default of v1's field, which v3 drops altogether: v1 and v3 do not get along, neighbours do in part. */
const v1 = version(1, { name: "a", type: "int" });
const v2 = version(2, { name: "a", type: "int", default: 0 });
const v3 = version(3);

/** `reader<-writer` of every conflict. */
function conflicts(mode: CompatibilityMode): readonly string[] {
  return checkHistory(mode, [v1, v2, v3]).map(
    ({ direction, reader, writer }) => `${direction} ${reader.number}<-${writer.number}`,
  );
}

describe("a history", () => {
  it.each<[CompatibilityMode, readonly string[]]>([
    ["NONE", []],
    ["BACKWARD", []],
    ["BACKWARD_TRANSITIVE", []],
    ["FORWARD", []],
    ["FORWARD_TRANSITIVE", ["FORWARD 1<-3"]],
    ["FULL", []],
    ["FULL_TRANSITIVE", ["FORWARD 1<-3"]],
  ])("under %s", (mode, expected) => {
    expect(conflicts(mode)).toEqual(expected);
  });

  it("says which version cannot read which", () => {
    const required = version(2, { name: "b", type: "int" });
    expect(
      checkVersion("BACKWARD", required, [v3]).map(({ reader, writer }) => [reader.number, writer.number]),
    ).toEqual([[2, 3]]);
    expect(
      checkVersion("FORWARD", v3, [v2, required]).map(({ reader, writer }) => [reader.number, writer.number]),
    ).toEqual([[2, 3]]);
    expect(checkVersion("FULL", v3, [])).toEqual([]);
  });
});

it("knows the names of the modes", () => {
  expect(COMPATIBILITY_MODES).toHaveLength(7);
  expect(isCompatibilityMode("FULL_TRANSITIVE")).toBe(true);
  expect(isCompatibilityMode("full")).toBe(false);
});
