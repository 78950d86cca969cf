import { checkTree } from "../src/check-tree.ts";
import { parseConfig } from "../src/config.ts";
import { lintTree } from "../src/lint/lint-tree.ts";
import type { LockEntry, SchemaLock } from "../src/lock-file.ts";
import { releaseAll } from "../src/rules/release.ts";
import { buildSchemaTree, type SchemaTree } from "../src/schema-tree.ts";

/** Files by path: a text as it is, anything else as JSON. */
export type Files = Readonly<Record<string, unknown>>;

/** A field with an id that is the key. */
export const keyField = { name: "orderId", type: "string", "waybill.key": true };

/** The record of an event of orders.order: by default a sound OrderPlaced. */
export function orderRecord(fields: readonly object[] = [], name = "OrderPlaced"): Readonly<Record<string, unknown>> {
  return { type: "record", name, namespace: "orders.order", fields: [keyField, ...fields] };
}

/** A tree in memory. */
export function treeOf(files: Files, config: unknown = {}): SchemaTree {
  const parsed = parseConfig(bytesOf(config));
  if (parsed.config === null) throw new Error(JSON.stringify(parsed.problems));
  return buildSchemaTree(
    parsed.config,
    Object.entries(files).map(([path, content]) => ({ path, content: bytesOf(content) })),
  );
}

/** The lock of a tree that was released as it stands. */
export function lockOf(files: Files, config: unknown = {}): SchemaLock {
  const at = { file: "schemas.lock.json", line: 4, column: 13 };
  const locate = (entry: LockEntry) => ({ ...entry, at });
  return new Map(
    [...releaseAll(treeOf(files, config), new Map())].map(([type, versions]) => [
      type,
      new Map([...versions].map(([version, entry]) => [version, locate(entry)])),
    ]),
  );
}

/** What the rules say about a tree, one line a finding, without the notes about unreleased versions. */
export function findingsOf(files: Files, more: { config?: unknown; lock?: SchemaLock } = {}): readonly string[] {
  return checkTree(treeOf(files, more.config), more.lock ?? new Map())
    .filter(({ rule }) => rule !== "unreleased")
    .map(
      ({ file, line, column, severity, rule, message }) => `${file}:${line}:${column}: ${severity} ${rule}: ${message}`,
    );
}

/** UTF-8 of a text, or of the JSON of anything else. */
export function bytesOf(content: unknown): Uint8Array {
  return new TextEncoder().encode(typeof content === "string" ? content : JSON.stringify(content, null, 2));
}

/** What `schemas lint` says about a tree, one line a finding. */
export function lintOf(files: Files, more: { lint?: unknown; lock?: SchemaLock } = {}): readonly string[] {
  const config = more.lint === undefined ? {} : { lint: more.lint };
  return lintTree(treeOf(files, config), more.lock ?? new Map()).findings.map(
    ({ file, line, column, severity, rule, message }) => `${file}:${line}:${column}: ${severity} ${rule}: ${message}`,
  );
}

/** A tree of one event whose record has every doc; `fields` follow the key. */
export function documentedEvent(fields: readonly object[], type = "orders.order.placed"): Files {
  const [domain = "", entity = "", action = ""] = type.split(".");
  const name = [...entity.split("_"), ...action.split("_")].map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  const documented = [keyField, ...fields].map((field) => ({ doc: "What it means.", ...field }));
  const record = { type: "record", name: name.join(""), namespace: `${domain}.${entity}`, doc: "It happened." };
  return { [`${domain}/${entity}.${action}/v1.avsc`]: { ...record, fields: documented } };
}
