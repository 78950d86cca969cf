import type { JsonNode } from "../json/json-node.ts";
import type { RecordField, Schema } from "../model/schema.ts";
import { defaultFaults } from "./defaults.ts";

/**
 * The fields whose default no program can build: a default of a record takes the defaults of the fields that it leaves
 * out, and one of these needs itself. `{"name": "next", "type": "Node", "default": {}}` in the record Node is such a one.
 *
 * Fields that need nothing are struck off, then those that need only such, and so on; what is left never ends. Without
 * recursion over fields: types can refer to one another deeper than calls can nest.
 */
export function endlessDefaults(defaults: ReadonlyMap<RecordField, JsonNode>): readonly RecordField[] {
  const users = new Map<RecordField, RecordField[]>();
  const open = new Map<RecordField, number>();
  for (const [field, node] of defaults) {
    // Those of other texts are sound, and need nothing of this one.
    const needed = neededFields(field.type, node).filter((one) => defaults.has(one));
    open.set(field, needed.length);
    for (const one of needed) {
      const known = users.get(one);
      if (known === undefined) users.set(one, [field]);
      else known.push(field);
    }
  }
  const settled = [...defaults.keys()].filter((field) => open.get(field) === 0);
  for (let field = settled.pop(); field !== undefined; field = settled.pop()) {
    open.delete(field);
    for (const user of users.get(field) ?? []) {
      const left = (open.get(user) ?? 0) - 1;
      open.set(user, left);
      if (left === 0) settled.push(user);
    }
  }
  return [...open.keys()];
}

/** The fields whose own defaults a default takes. */
function neededFields(schema: Schema, node: JsonNode): readonly RecordField[] {
  if (node.kind === "array" && schema.type === "array") {
    return node.elements.flatMap((element) => neededFields(schema.items, element));
  }
  if (node.kind === "object" && schema.type === "map") {
    return [...node.members.values()].flatMap((value) => neededFields(schema.values, value));
  }
  if (schema.type === "union" && (node.kind === "object" || node.kind === "array")) {
    const branch = schema.branches.find((one) => defaultFaults(one, node).length === 0);
    return branch === undefined ? [] : neededFields(branch, node);
  }
  if (node.kind !== "object" || schema.type !== "record") return [];
  return schema.fields.flatMap((field) => {
    const value = node.members.get(field.name);
    if (value !== undefined) return neededFields(field.type, value);
    return field.default === null ? [] : [field];
  });
}
