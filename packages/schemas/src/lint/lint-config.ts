import type { JsonNode, JsonObjectNode } from "@waybill/avro";
import type { Location } from "../finding.ts";
import type { JsonFileReader } from "../json-file.ts";
import {
  isLintRuleId,
  type LintLevel,
  lintLevels,
  type LintPreset,
  lintPresets,
  type LintRuleId,
  lintRuleIds,
} from "./rule-ids.ts";

/** `lint` of `schemas.config.json`. */
export interface LintConfig {
  /** The levels to start from. Default `recommended`. */
  readonly preset: LintPreset;
  /** Levels that differ from the preset's. */
  readonly rules: LintLevels;
  /** Levels for some files; a later one wins over an earlier one. */
  readonly overrides: readonly LintOverride[];
}

/** Levels by rule. */
export type LintLevels = ReadonlyMap<LintRuleId, LintLevel>;

export interface LintOverride {
  /** Patterns for paths relative to the tree, such as `legacy/**`. */
  readonly files: readonly string[];
  readonly rules: LintLevels;
  /** Where the config says so. */
  readonly at: Location;
}

/** Reads `lint` of the config, and notes what is wrong with it. */
export function readLintConfig(reader: JsonFileReader, node: JsonNode | undefined): LintConfig {
  const lint = node && reader.object(node, '"lint"');
  if (!lint) return { preset: "recommended", rules: new Map(), overrides: [] };
  reader.knownKeys(lint, ["preset", "rules", "overrides"], '"lint"');
  const overrides = lint.members.get("overrides");
  return {
    preset: readPreset(reader, lint.members.get("preset")) ?? "recommended",
    rules: readLevels(reader, lint.members.get("rules")),
    overrides: overrides === undefined ? [] : readOverrides(reader, overrides),
  };
}

function readPreset(reader: JsonFileReader, node: JsonNode | undefined): LintPreset | null {
  if (node === undefined) return null;
  const preset = lintPresets.find((known) => node.kind === "string" && node.value === known);
  return preset ?? reader.wrong(node, `"preset" must be one of ${lintPresets.join(", ")}`);
}

function readLevels(reader: JsonFileReader, node: JsonNode | undefined): LintLevels {
  const levels = new Map<LintRuleId, LintLevel>();
  const object = node && reader.object(node, '"rules"');
  for (const [rule, member] of object?.members ?? []) {
    const level = lintLevels.find((known) => member.kind === "string" && member.value === known);
    if (!isLintRuleId(rule))
      reader.wrong(member, `there is no rule "${rule}"; the rules are ${lintRuleIds.join(", ")}`);
    else if (level === undefined) reader.wrong(member, `"${rule}" must be one of ${lintLevels.join(", ")}`);
    else levels.set(rule, level);
  }
  return levels;
}

function readOverrides(reader: JsonFileReader, node: JsonNode): readonly LintOverride[] {
  if (node.kind !== "array") {
    reader.wrong(node, '"overrides" must be an array');
    return [];
  }
  return node.elements.flatMap((element) => {
    const override = reader.object(element, "an override");
    return override === null ? [] : [readOverride(reader, override)];
  });
}

function readOverride(reader: JsonFileReader, override: JsonObjectNode): LintOverride {
  reader.knownKeys(override, ["files", "rules"], "an override");
  return {
    files: readPatterns(reader, override),
    rules: readLevels(reader, override.members.get("rules")),
    at: reader.locate(override.at),
  };
}

function readPatterns(reader: JsonFileReader, override: JsonObjectNode): readonly string[] {
  const node = override.members.get("files");
  if (node?.kind !== "array" || node.elements.length === 0) {
    reader.wrong(node ?? override, 'an override needs "files", an array of patterns such as "legacy/**"');
    return [];
  }
  return node.elements.flatMap((element) => reader.string(element, "a pattern") ?? []);
}
