import type { RecordSchema } from "@waybill/avro";
import type { Finding } from "../finding.ts";
import type { SettableRule } from "../rule-severity.ts";
import { type EventHistory, generationsOf, type SchemaVersion } from "../schema-tree.ts";

/** A version and the one right before it in its generation. */
export interface VersionStep {
  readonly older: RecordVersion;
  readonly newer: RecordVersion;
}

/** A version that is a record, as all of a generation are. */
export interface RecordVersion extends SchemaVersion {
  readonly record: RecordSchema;
}

/** A finding about a step, before the config says how severe it is. */
export interface ChangeFinding extends Omit<Finding, "severity" | "about"> {
  readonly rule: SettableRule;
  /** The path of the field, such as `lines[].price`; empty for the event as a whole. */
  readonly path: string;
}

/** The steps within the generations of an event, in order. */
export function stepsOf(event: EventHistory): readonly VersionStep[] {
  return generationsOf(event).flatMap(({ versions }) => {
    const records = versions.filter(isRecordVersion);
    return records.slice(1).flatMap((newer, index) => {
      const older = records[index];
      return older === undefined ? [] : [{ older, newer }];
    });
  });
}

function isRecordVersion(version: SchemaVersion): version is RecordVersion {
  return version.record !== null;
}
