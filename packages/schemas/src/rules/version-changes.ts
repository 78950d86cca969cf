import type { SchemasConfig } from "../config.ts";
import type { Finding } from "../finding.ts";
import type { SchemaLock } from "../lock-file.ts";
import { defaultSeverities } from "../rule-severity.ts";
import type { EventHistory } from "../schema-tree.ts";
import { checkLogicalChanges } from "./logical.ts";
import { stepsOf } from "./version-step.ts";

/**
 * What changes from each version to the next of its generation although schema resolution lets it pass. Where that is
 * no error, it is told until the version is released: afterwards there is nothing to be done about it.
 */
export function checkVersionChanges(event: EventHistory, config: SchemasConfig, lock: SchemaLock): readonly Finding[] {
  const released = lock.get(event.name.type);
  return stepsOf(event).flatMap((step) =>
    checkLogicalChanges(step, config.mode, config.events.get(event.name.type)).flatMap((found): readonly Finding[] => {
      const severity = config.rules.get(found.rule) ?? defaultSeverities[found.rule];
      const isTold = severity === "error" || (severity !== "off" && !released?.has(step.newer.version));
      return isTold ? [{ ...found, severity }] : [];
    }),
  );
}
