import { DecodeError } from "@waybill/events";
import { locationOf } from "../finding.ts";
import { findSourceChanges, type SourceChange, type SourceChangeKind } from "../generate/source-changes.ts";
import type { BrandedIds } from "../generate/branded-ids.ts";
import type { SettableRule } from "../rule-severity.ts";
import type { ChangeFinding, VersionStep } from "./version-step.ts";

/** Where code for the generated types of a version may not compile with those of the next. */
export function checkSourceChanges({ older, newer }: VersionStep, brandedIds: BrandedIds): readonly ChangeFinding[] {
  return changesOf({ older, newer }, brandedIds).map(({ kind, path, message, ...places }) => ({
    ...locationOf(newer.file, places.newer),
    rule: ruleOf[kind],
    path,
    message: `code for v${older.version} may not compile with v${newer.version}: ${path === "" ? "" : `at ${path}, `}${message}`,
    help: helpOf[kind],
    related: { ...locationOf(older.file, places.older), message: `as it was in v${older.version}` },
  }));
}

function changesOf({ older, newer }: VersionStep, brandedIds: BrandedIds): readonly SourceChange[] {
  try {
    return findSourceChanges(older, newer, { older: brandedIds, newer: brandedIds });
  } catch (error) {
    // No code can be generated for one of the two, so no code depends on it; `schemas generate` says why.
    if (DecodeError.is(error)) return [];
    throw error;
  }
}

const ruleOf: Readonly<Record<SourceChangeKind, SettableRule>> = {
  FIELD_RENAMED: "source-renamed",
  FIELD_REMOVED: "source-removed",
  TYPE_CHANGED: "source-type",
  UNION_CHANGED: "source-union",
  NULL_ADDED: "source-nullable",
  NULL_REMOVED: "source-required",
  SYMBOLS_CHANGED: "source-enum",
};

/** The rules of this layer. */
export const sourceRules: readonly SettableRule[] = Object.values(ruleOf);

const helpOf: Readonly<Record<SourceChangeKind, string>> = {
  FIELD_RENAMED: "keep the name, and say in the doc what it means now; an alias renames for old data, not for code",
  FIELD_REMOVED: "keep the field until no program uses it",
  TYPE_CHANGED: "keep the type, or add a field of a new name beside it",
  UNION_CHANGED: "add a field of a new name beside it, or tell those who use the event what to add to their code",
  NULL_ADDED: "keep it required where a default can stand for what is missing",
  NULL_REMOVED: "keep null as long as programs publish it",
  SYMBOLS_CHANGED: "tell those who use the event what to add to their code",
};
