import { describe, expect, it } from "@jest/globals";
import { treeOf } from "../../test/tree-fixture.ts";
import { checkTree } from "../check-tree.ts";
import { rules } from "../finding.ts";
import { ruleExamples } from "./rule-examples.ts";

function foundIn(files: Readonly<Record<string, string>>): readonly string[] {
  const findings = checkTree(treeOf(files), new Map()).filter(({ severity }) => severity !== "note");
  return [...new Set(findings.map(({ rule }) => rule))];
}

describe.each(rules.filter((rule) => ruleExamples[rule] !== undefined))("the example of %s", (rule) => {
  it("shows what this rule finds, and nothing else", () => {
    expect(foundIn(ruleExamples[rule]?.before ?? {})).toEqual([rule]);
  });

  it("is right in the end", () => {
    expect(foundIn(ruleExamples[rule]?.after ?? {})).toEqual([]);
  });
});
