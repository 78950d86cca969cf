import { type JsonNode, type JsonObjectNode, parseJson, type Schema } from "@waybill/avro";
import type { EventConfig } from "../config.ts";
import type { EventHistory, SchemaVersion } from "../schema-tree.ts";
import type { SharedType } from "../shared-types/shared-type.ts";
import type { LintedEvent, LintProblem, LintSource } from "./lint-rule.ts";
import { lintRules } from "./lint-rules.ts";
import type { LintLevel, LintRuleId } from "./rule-ids.ts";
import { usesOf } from "./schema-uses.ts";
import { covers, type Suppression, suppressionsIn } from "./suppressions.ts";

/** A problem with the rule that found it and its weight. */
export interface RuleProblem extends LintProblem {
  readonly rule: LintRuleId;
  readonly level: "warn" | "error";
}

/** What the rules need to know of the tree around a schema. */
export interface LintSurroundings {
  readonly levels: ReadonlyMap<LintRuleId, LintLevel>;
  readonly entities: ReadonlySet<string>;
}

/** A version of an event, and what the config says of the event. */
export interface LintedVersion {
  readonly event: EventHistory;
  readonly version: SchemaVersion;
  readonly config: EventConfig | undefined;
}

/** Applies the rules that are on to one version. What is no record is for `schemas check` to report, and has nothing to lint. */
export function lintVersion(
  { event, version, config }: LintedVersion,
  surroundings: LintSurroundings,
): readonly RuleProblem[] {
  const { record } = version;
  if (record === null) return [];
  const marked = record.fields.find(({ properties }) => properties["waybill.key"] === true);
  const key = config?.key === undefined ? (marked?.name ?? null) : config.key;
  return lintSchema(version, record, { ...event.name, record, key }, surroundings);
}

/** Applies the rules that are not about events to a shared type. */
export function lintType(type: SharedType, surroundings: LintSurroundings): readonly RuleProblem[] {
  return type.schema === null ? [] : lintSchema(type, type.schema, null, surroundings);
}

function lintSchema(
  { file, content }: Pick<SchemaVersion, "file" | "content">,
  schema: Schema,
  event: LintedEvent | null,
  { levels, entities }: LintSurroundings,
): readonly RuleProblem[] {
  const { root } = parseJson(content, { file });
  if (root?.kind !== "object") return [];
  const nameAt = root.members.get("name")?.at ?? root.at;
  const subject = { event, nameAt, entities, uses: usesOf(schema), source: sourceOf(content, root) };
  const found = lintRules.flatMap((rule) => {
    const level = levels.get(rule.id) ?? "off";
    return level === "off" ? [] : rule.check(subject).map((problem) => ({ ...problem, rule: rule.id, level }));
  });
  // What is within a shared type is found, silenced and mended there.
  const own = found.filter(({ at }) => at.file === file);
  const { entries } = suppressionsIn(root);
  const kept = own.filter(({ rule, at }) => !entries.some((entry) => covers(entry, rule, at)));
  return [...kept, ...unused(entries, own, levels)];
}

function sourceOf(content: Uint8Array, root: JsonNode): LintSource {
  const objects = new Map<number, JsonObjectNode>();
  const pending: JsonNode[] = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    // No spread: a file can hold more elements than a call takes arguments.
    if (node.kind === "array") for (const element of node.elements) pending.push(element);
    if (node.kind !== "object") continue;
    objects.set(node.at.offset, node);
    for (const member of node.members.values()) pending.push(member);
  }
  return { text: new TextDecoder().decode(content), root, objectAt: (offset) => objects.get(offset) };
}

/** A suppression of a rule that is off is left alone: the rule may be on for another preset. */
function unused(
  entries: readonly Suppression[],
  found: readonly RuleProblem[],
  levels: ReadonlyMap<LintRuleId, LintLevel>,
): readonly RuleProblem[] {
  const level = levels.get("suppression") ?? "off";
  if (level === "off") return [];
  return entries
    .filter(({ rule }) => levels.get(rule) !== "off")
    .filter((entry) => !found.some(({ rule, at }) => covers(entry, rule, at)))
    .map(({ rule, at }) => ({
      rule: "suppression",
      level,
      at,
      message: `${rule} has nothing to report here, and is silenced`,
      help: "remove the suppression",
    }));
}
