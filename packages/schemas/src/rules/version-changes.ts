import type { SchemasConfig } from "../config.ts";
import type { Finding, Severity } from "../finding.ts";
import type { SchemaLock } from "../lock-file.ts";
import { defaultSeverities, type SettableRule } from "../rule-severity.ts";
import type { EventHistory } from "../schema-tree.ts";
import { checkLogicalChanges } from "./logical.ts";
import { checkSourceChanges, sourceRules } from "./source.ts";
import { stepsOf, type VersionStep } from "./version-step.ts";

/**
 * What changes from each version to the next of its generation although schema resolution lets it pass. Where that is
 * no error, it is told until the version is released: afterwards there is nothing to be done about it.
 */
export function checkVersionChanges(event: EventHistory, config: SchemasConfig, lock: SchemaLock): readonly Finding[] {
  const released = lock.get(event.name.type);
  return stepsOf(event).flatMap((step) => {
    const severityOf = (rule: SettableRule): Severity | null => {
      const severity = config.rules.get(rule) ?? defaultSeverities[rule];
      if (severity === "error") return severity;
      return severity === "off" || released?.has(step.newer.version) ? null : severity;
    };
    return changesOf(step, event, config, severityOf).flatMap(({ path, ...found }): readonly Finding[] => {
      const severity = severityOf(found.rule);
      const about = { event: event.name.type, version: step.newer.version, ...(path === "" ? {} : { field: path }) };
      // In a shared type, which many events may have, the version alone would not say which is meant.
      const owner = found.file === step.newer.file ? "" : `in ${event.name.type}, `;
      return severity === null ? [] : [{ ...found, message: `${owner}${found.message}`, severity, about }];
    });
  });
}

function changesOf(
  step: VersionStep,
  event: EventHistory,
  config: SchemasConfig,
  severityOf: (rule: SettableRule) => Severity | null,
) {
  const logical = checkLogicalChanges(step, config.mode, config.events.get(event.name.type));
  // Most versions are released, and reading schemas as the generator does takes its time.
  const isTold = sourceRules.some((rule) => severityOf(rule) !== null);
  if (config.generate === null || !isTold) return logical;
  return [...logical, ...checkSourceChanges(step, config.generate.brandedIds)];
}
