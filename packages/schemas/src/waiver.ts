import type { JsonNode, JsonObjectNode } from "@waybill/avro";
import { parseEventType } from "./event-name.ts";
import type { Location, Rule } from "./finding.ts";
import type { JsonFileReader } from "./json-file.ts";
import { settableRules } from "./rule-severity.ts";

/** The rules whose findings a waiver can let pass: breaks that a team may have reason to make. */
export const waivableRules = [
  "incompatible",
  "released-edited",
  "released-removed",
  ...settableRules,
] as const satisfies readonly Rule[];

/** Leave for one break of one version, for a time. */
export interface Waiver {
  readonly rule: (typeof waivableRules)[number];
  /** The event's type, such as `orders.order.placed`. */
  readonly event: string;
  readonly version: number;
  /** Path of the field as the finding gives it, such as `lines[].price`; null for a break of the version as a whole. */
  readonly field: string | null;
  /** Why the break is meant. */
  readonly reason: string;
  /** Who answers for it. */
  readonly owner: string;
  /** The last day that it holds, by UTC, as `2026-12-31`. */
  readonly expires: string;
  /** Where the config says so. */
  readonly at: Location;
}

const keys = ["rule", "event", "version", "field", "reason", "owner", "expires"];

/** Reads the config's `waivers`. */
export function readWaivers(reader: JsonFileReader, node: JsonNode | undefined): readonly Waiver[] {
  if (node === undefined) return [];
  if (node.kind !== "array") {
    reader.wrong(node, '"waivers" must be an array');
    return [];
  }
  return node.elements.flatMap((item) => {
    const object = reader.object(item, "a waiver");
    const waiver = object && readWaiver(reader, object);
    return waiver === null ? [] : [waiver];
  });
}

function readWaiver(reader: JsonFileReader, object: JsonObjectNode): Waiver | null {
  reader.knownKeys(object, keys, "a waiver");
  const rule = readRule(reader, object);
  const event = checked(reader, object, "event", (text) => parseEventType(text) !== null, "domain.entity.action");
  const version = readVersion(reader, object);
  const fieldNode = object.members.get("field");
  const field = fieldNode === undefined ? null : reader.string(fieldNode, '"field"');
  const reason = checked(reader, object, "reason", (text) => text.trim() !== "", "a sentence");
  const owner = checked(reader, object, "owner", (text) => text.trim() !== "", "a person or team");
  const expires = checked(reader, object, "expires", isDate, "a date such as 2026-12-31");
  if (rule === null || event === null || version === null || reason === null || owner === null || expires === null) {
    return null;
  }
  return { rule, event, version, field, reason, owner, expires, at: reader.locate(object.at) };
}

function readRule(reader: JsonFileReader, object: JsonObjectNode): Waiver["rule"] | null {
  const node = object.members.get("rule");
  const rule = waivableRules.find((known) => node?.kind === "string" && node.value === known);
  return rule ?? reader.wrong(node ?? object, `a waiver needs "rule", one of ${waivableRules.join(", ")}`);
}

function readVersion(reader: JsonFileReader, object: JsonObjectNode): number | null {
  const node = object.members.get("version");
  const value = node?.kind === "number" ? Number(node.value) : 0;
  if (Number.isSafeInteger(value) && value >= 1) return value;
  return reader.wrong(node ?? object, 'a waiver needs "version", a number such as 2');
}

function checked(
  reader: JsonFileReader,
  object: JsonObjectNode,
  key: string,
  isValid: (text: string) => boolean,
  form: string,
): string | null {
  const node = object.members.get(key);
  if (node?.kind === "string" && isValid(node.value)) return node.value;
  return reader.wrong(node ?? object, `a waiver needs "${key}", ${form}`);
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text); // 30 February would roll over
}
