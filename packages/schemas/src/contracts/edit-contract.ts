import { type JsonArrayNode, type JsonNode, type JsonObjectNode, parseJson } from "@waybill/avro";
import type { EventUse } from "./contract.ts";

/** What is to be in a contract of an event. */
export type AddedUse = Pick<EventUse, "event" | "versions" | "fields">;

/** The text of a new contract. */
export function newContractText(service: string, owner: string, uses: readonly AddedUse[]): string {
  const empty = `{\n  "service": ${JSON.stringify(service)},\n  "owner": ${JSON.stringify(owner)},\n  "events": {}\n}\n`;
  return extendContract(empty, uses);
}

/**
 * Adds events, and versions and fields of those that are there, to the text of a contract. What it holds stays as it
 * is written. An event of which the service reads every field gains no list of fields.
 *
 * @param text a valid contract
 */
export function extendContract(text: string, uses: readonly AddedUse[]): string {
  return uses.reduce((current, use) => extendByUse(current, use), text);
}

function extendByUse(text: string, use: AddedUse): string {
  const present = eventNode(text, use.event);
  if (present === null) return insertEvent(text, use);
  const versions = present.members.get("versions");
  const withVersions = versions?.kind === "array" ? append(text, versions, use.versions) : text;
  const fields = eventNode(withVersions, use.event)?.members.get("fields");
  return fields?.kind === "array" && use.fields !== null ? append(withVersions, fields, use.fields) : withVersions;
}

function eventsNode(text: string): JsonObjectNode {
  const { root } = parseJson(text);
  const events = root?.kind === "object" ? root.members.get("events") : undefined;
  if (events?.kind === "object") return events;
  throw new TypeError("the text is no contract: it has no events");
}

function eventNode(text: string, event: string): JsonObjectNode | null {
  const node = eventsNode(text).members.get(event);
  return node?.kind === "object" ? node : null;
}

/** Puts values that an array lacks behind its last one, spaced as that is. */
function append(text: string, array: JsonArrayNode, values: readonly (number | string)[]): string {
  const missing = values.filter((value) => !array.elements.some((element) => valueOf(element) === value));
  const last = array.elements.at(-1);
  if (missing.length === 0) return text;
  const list = missing.map((value) => JSON.stringify(value));
  if (last === undefined) return splice(text, array.at.offset + 1, array.end - 1, list.join(", "));
  const before = array.elements.at(-2);
  const lead = text.slice(before?.end ?? array.at.offset + 1, last.at.offset).replace(/^\s*,/, "");
  const space = before === undefined && !lead.includes("\n") ? " " : lead;
  return splice(text, last.end, last.end, list.map((value) => `,${space}${value}`).join(""));
}

/** Puts an event behind the last one, spaced as that is. */
function insertEvent(text: string, use: AddedUse): string {
  const events = eventsNode(text);
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const members = [...events.members.values()];
  const last = members.at(-1);
  if (last === undefined) {
    const outer = /^[\t ]*/.exec(text.slice(text.lastIndexOf("\n", events.at.offset) + 1))?.[0] ?? "";
    const indent = `${outer}  `;
    const member = memberText(use, indent, newline);
    return splice(text, events.at.offset + 1, events.end - 1, `${newline}${indent}${member}${newline}${outer}`);
  }
  const start = members.at(-2)?.end ?? events.at.offset + 1;
  const space = /^(?:\s*,)?(\s*)"/.exec(text.slice(start, last.at.offset))?.[1] ?? " ";
  const indent = space.slice(space.lastIndexOf("\n") + 1);
  const member = space.includes("\n") ? memberText(use, indent, newline) : lineText(use);
  return splice(text, last.end, last.end, `,${space}${member}`);
}

function splice(text: string, start: number, end: number, inserted: string): string {
  return text.slice(0, start) + inserted + text.slice(end);
}

/** Columns that an event may take on one line. */
const width = 100;

/** An event and what is read of it, on several lines where it has to be. */
function memberText(use: AddedUse, indent: string, newline: string): string {
  const line = lineText(use);
  if (indent.length + line.length < width || use.fields === null) return line;
  const inner = `${newline}${indent}  `;
  const list = listText(use.fields);
  const isShort = indent.length + list.length + '  "fields": '.length < width;
  const broken = use.fields.map((field) => `${inner}  ${JSON.stringify(field)}`).join(",");
  const fields = isShort ? list : `[${broken}${inner}]`;
  return `${JSON.stringify(use.event)}: {${inner}"versions": ${listText(use.versions)},${inner}"fields": ${fields}${newline}${indent}}`;
}

function lineText({ event, versions, fields }: AddedUse): string {
  const list = fields === null ? "" : `, "fields": ${listText(fields)}`;
  return `${JSON.stringify(event)}: { "versions": ${listText(versions)}${list} }`;
}

function listText(values: readonly (number | string)[]): string {
  return `[${values.map((value) => JSON.stringify(value)).join(", ")}]`;
}

function valueOf(node: JsonNode): number | bigint | string | null {
  return node.kind === "number" || node.kind === "string" ? node.value : null;
}
