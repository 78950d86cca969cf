import type { JsonNode, JsonObjectNode, SourcePosition } from "@waybill/avro";
import type { LintProblem } from "./lint-rule.ts";
import { isLintRuleId, type LintRuleId, lintRuleIds } from "./rule-ids.ts";

/** The attribute of a record, field or type that silences rules for it and all that it holds: rule by reason. */
const attribute = "waybill.lint";

/** One rule silenced in one part of a schema. */
export interface Suppression {
  readonly rule: LintRuleId;
  readonly at: SourcePosition;
  /** The part of the text that it holds for. */
  readonly start: number;
  readonly end: number;
}

/** The suppressions of a schema text, and what is wrong with their form. */
export interface Suppressions {
  readonly entries: readonly Suppression[];
  readonly problems: readonly LintProblem[];
}

/** Finds the suppressions in a schema text. */
export function suppressionsIn(root: JsonNode): Suppressions {
  const found = attributesIn(root).map(({ owner, node }) => readAttribute(owner, node));
  return {
    entries: found.flatMap(({ entries }) => entries),
    problems: found.flatMap(({ problems }) => problems),
  };
}

/** Whether a suppression covers a place that a rule has found fault with. */
export function covers({ rule, start, end }: Suppression, foundBy: LintRuleId, { offset }: SourcePosition): boolean {
  return rule === foundBy && start <= offset && offset < end;
}

interface Attribute {
  readonly owner: JsonObjectNode;
  readonly node: JsonNode;
}

function attributesIn(node: JsonNode): readonly Attribute[] {
  if (node.kind === "array") return node.elements.flatMap(attributesIn);
  if (node.kind !== "object") return [];
  return [...node.members].flatMap(([key, member]) =>
    key === attribute ? [{ owner: node, node: member }] : attributesIn(member),
  );
}

function readAttribute(owner: JsonObjectNode, node: JsonNode): Suppressions {
  if (node.kind !== "object") {
    return { entries: [], problems: [problem(node, `"${attribute}" must be an object of rules and reasons`)] };
  }
  const entries: Suppression[] = [];
  const problems: LintProblem[] = [];
  for (const [rule, reason] of node.members) {
    if (!isLintRuleId(rule)) problems.push(problem(reason, `"${attribute}" names "${rule}", which is no rule`));
    else if (reason.kind !== "string" || reason.value.trim() === "") {
      problems.push(problem(reason, `"${attribute}" silences ${rule} without a reason`));
    } else entries.push({ rule, at: reason.at, start: owner.at.offset, end: owner.end });
  }
  return { entries, problems };
}

function problem(node: JsonNode, message: string): LintProblem {
  return {
    at: node.at,
    message,
    help: `write it as "${attribute}": { "<rule>": "<why it does not apply here>" }; the rules are ${lintRuleIds.join(", ")}`,
  };
}
