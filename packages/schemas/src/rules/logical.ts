import { type CompatibilityMode, findLogicalChanges, type LogicalChange, type LogicalChangeKind } from "@waybill/avro";
import type { EventConfig } from "../config.ts";
import { locationOf } from "../finding.ts";
import type { SettableRule } from "../rule-severity.ts";
import { keyFieldOf } from "./key-field.ts";
import type { ChangeFinding, RecordVersion, VersionStep } from "./version-step.ts";

/**
 * What readers of one version take otherwise than writers of the other meant it, in the directions that the mode names.
 * The partition key is compared in every mode: readers find the order of events lost, whatever they can decode.
 */
export function checkLogicalChanges(
  { older, newer }: VersionStep,
  mode: CompatibilityMode,
  config: EventConfig | undefined,
): readonly ChangeFinding[] {
  const backward = mode.startsWith("BACKWARD") || mode.startsWith("FULL");
  const forward = mode.startsWith("FORWARD") || mode.startsWith("FULL");
  const readings = [
    ...readingsOf(newer, older, config).filter(
      ({ change }) => backward || isAboutKey(change) || (forward && isAboutDefault(change)),
    ),
    ...(forward ? readingsOf(older, newer, config) : []).filter(
      ({ change }) => !isAboutKey(change) && !isAboutDefault(change),
    ),
  ];
  const firsts = new Map<string, ChangeFinding>();
  for (const reading of readings) {
    const found = findingOf(reading, newer);
    // Most changes show in both directions: the finding for upgraded readers says it.
    const key = JSON.stringify([found.rule, found.file, found.line, found.column, found.path]);
    if (!firsts.has(key)) firsts.set(key, found);
  }
  return [...firsts.values()];
}

/** A change that a reader of one version meets in what a writer of the other wrote. */
interface Reading {
  readonly reader: RecordVersion;
  readonly writer: RecordVersion;
  readonly change: LogicalChange;
}

function readingsOf(reader: RecordVersion, writer: RecordVersion, config: EventConfig | undefined): readonly Reading[] {
  return findLogicalChanges(reader.record, writer.record, { keyOf: (record) => keyFieldOf(record, config) }).map(
    (change) => ({ reader, writer, change }),
  );
}

/** Changes that have no direction: they are told as what the newer version makes of the older. */
function isAboutKey({ kind }: LogicalChange): boolean {
  return kind === "KEY_MOVED" || kind === "KEY_NARROWED";
}

function isAboutDefault({ kind }: LogicalChange): boolean {
  return kind === "DEFAULT_CHANGED" || kind === "ENUM_DEFAULT_CHANGED";
}

const ruleOf: Readonly<Record<LogicalChangeKind, SettableRule>> = {
  DECIMAL_SCALE_CHANGED: "logical-scale",
  DECIMAL_PRECISION_NARROWED: "logical-precision",
  TIME_UNIT_CHANGED: "logical-unit",
  LOGICAL_TYPE_CHANGED: "logical-type",
  LOGICAL_TYPE_LOST: "logical-type",
  LOGICAL_TYPE_GAINED: "logical-type",
  DEFAULT_CHANGED: "default-changed",
  ENUM_DEFAULT_CHANGED: "enum-default-changed",
  KEY_MOVED: "key-moved",
  KEY_NARROWED: "key-narrowed",
};

const elsewhere = "add a field of a new name beside it, or begin a new generation";

const helpOf: Readonly<Record<LogicalChangeKind, string>> = {
  DECIMAL_SCALE_CHANGED: `keep the scale; for another one ${elsewhere}`,
  DECIMAL_PRECISION_NARROWED: `allow as many digits as before; where consumers of the older version would have to take more, upgrade them first or ${elsewhere}`,
  TIME_UNIT_CHANGED: `keep the unit; for another one ${elsewhere}`,
  LOGICAL_TYPE_CHANGED: `keep the logical type; for another meaning ${elsewhere}`,
  LOGICAL_TYPE_LOST: `keep the logical type; for another meaning ${elsewhere}`,
  LOGICAL_TYPE_GAINED: `make sure that all values written so far mean what the logical type says; else ${elsewhere}`,
  DEFAULT_CHANGED: "keep the default, or make sure that no topic holds events without the field",
  ENUM_DEFAULT_CHANGED: "keep the default symbol: consumers rely on what unknown symbols become",
  KEY_MOVED: "keep the field as the key, or begin a new generation on a topic of its own",
  KEY_NARROWED: "keep the key's type, or begin a new generation on a topic of its own",
};

function findingOf({ reader, writer, change }: Reading, newer: RecordVersion): ChangeFinding {
  const [here, there, other] =
    reader === newer ? [change.reader, change.writer, writer] : [change.writer, change.reader, reader];
  const message = isAboutKey(change)
    ? change.message
    : `where v${reader.version} reads v${writer.version}: at ${change.path}, ${change.message}`;
  return {
    ...locationOf(newer.file, here),
    rule: ruleOf[change.kind],
    path: change.path,
    message,
    help: helpOf[change.kind],
    related: { ...locationOf(other.file, there), message: `the other side, in v${other.version}` },
  };
}
