import type { DecimalLogicalType, LogicalType } from "../model/logical-type.ts";
import type { Schema } from "../model/schema.ts";
import type { LogicalChange, LogicalChangeKind } from "./logical-change.ts";

/** Compares the logical types of two schemas of which one reads the other. */
export function logicalTypeChanges(reader: Schema, writer: Schema, path: string): readonly LogicalChange[] {
  return differencesOf(reader, writer).map(([kind, message]) => ({
    kind,
    path,
    message,
    reader: reader.at,
    writer: writer.at,
  }));
}

type Difference = readonly [LogicalChangeKind, string];

function differencesOf(reader: Schema, writer: Schema): readonly Difference[] {
  const [to, from] = [reader.logicalType, writer.logicalType];
  if (to?.name === "decimal" && from?.name === "decimal") return decimalChanges(to, from);
  if (to?.name === from?.name) return [];
  const message = `the writer wrote ${labelOf(writer)}, the reader takes it for ${labelOf(reader)}`;
  if (to === null) return [["LOGICAL_TYPE_LOST", message]];
  if (from === null) return [["LOGICAL_TYPE_GAINED", message]];
  return [unitChange(to, from) ?? ["LOGICAL_TYPE_CHANGED", message]];
}

function decimalChanges(reader: DecimalLogicalType, writer: DecimalLogicalType): readonly Difference[] {
  const found: Difference[] = [];
  if (reader.scale !== writer.scale) {
    const message = `the writer's decimals have the scale ${writer.scale}, the reader's ${reader.scale}: taken as they are, values come out ${factor(writer.scale - reader.scale)}`;
    found.push(["DECIMAL_SCALE_CHANGED", message]);
  }
  if (reader.precision < writer.precision) {
    const message = `the writer's decimals have up to ${writer.precision} digits, the reader's up to ${reader.precision}: the largest do not fit`;
    found.push(["DECIMAL_PRECISION_NARROWED", message]);
  }
  return found;
}

/** Decimal places of the units behind the last hyphen of `time-millis`, `local-timestamp-micros` and their like. */
const UNIT_PLACES: ReadonlyMap<string, number> = new Map([
  ["millis", 3],
  ["micros", 6],
  ["nanos", 9],
]);

function unitChange(reader: LogicalType, writer: LogicalType): Difference | null {
  const [to, from] = [splitUnit(reader.name), splitUnit(writer.name)];
  if (to === null || from === null || to.what !== from.what) return null;
  const message = `the writer wrote ${writer.name}, the reader takes it for ${reader.name}: values come out ${factor(from.places - to.places)}`;
  return ["TIME_UNIT_CHANGED", message];
}

function splitUnit(name: string): { readonly what: string; readonly places: number } | null {
  const hyphen = name.lastIndexOf("-");
  const places = UNIT_PLACES.get(name.slice(hyphen + 1));
  return places === undefined ? null : { what: name.slice(0, hyphen), places };
}

/** `1,000 times too large`, for a power of ten. */
function factor(power: number): string {
  const digits = Math.abs(power);
  const times = digits > 9 ? `10^${digits}` : (10 ** digits).toLocaleString("en-US");
  return `${times} times too ${power > 0 ? "large" : "small"}`;
}

function labelOf({ type, logicalType }: Schema): string {
  if (logicalType === null) return `a plain ${type}`;
  if (logicalType.name !== "decimal") return `${type} as ${logicalType.name}`;
  return `${type} as decimal(${logicalType.precision}, ${logicalType.scale})`;
}
