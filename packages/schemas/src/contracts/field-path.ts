import type { RecordField, RecordSchema, Schema } from "@waybill/avro";

/** A step of a path: a field's name, `[]` for the items of an array, or `{}` for the values of a map. */
export type PathStep = string;

const name = "[A-Za-z_][A-Za-z0-9_]*(?:\\[\\]|\\{\\})*";
const pathForm = new RegExp(`^${name}(?:\\.${name})*$`);

/** The steps of a path such as `lines[].sku`; null when it is none. */
export function parseFieldPath(path: string): readonly PathStep[] | null {
  return pathForm.test(path) ? stepsOfPath(path) : null;
}

/** The steps of what is known to be a path; none for the event as a whole. */
export function stepsOfPath(path: string): readonly PathStep[] {
  return path.match(/\[\]|\{\}|[^.[\]{}]+/g) ?? [];
}

/** Puts steps together. */
export function joinSteps(steps: readonly PathStep[]): string {
  return steps.reduce((path, step) => (isElementStep(step) || path === "" ? `${path}${step}` : `${path}.${step}`), "");
}

/** Whether a record holds a path, through any branch of its unions, and if not, how far it goes. */
export type PathLookup =
  | { readonly found: true }
  | {
      readonly found: false;
      /** The part of the path that is there; empty for the event itself. */
      readonly known: string;
      /** What could follow it. */
      readonly next: readonly PathStep[];
    };

/** Follows a path from a record. */
export function findPath(record: RecordSchema, steps: readonly PathStep[]): PathLookup {
  let types = branchesOf(record);
  for (const [index, step] of steps.entries()) {
    const inner = types.flatMap((type) => innerOf(type, step)).flatMap(branchesOf);
    if (inner.length === 0) {
      return { found: false, known: joinSteps(steps.slice(0, index)), next: [...new Set(types.flatMap(nextOf))] };
    }
    types = inner;
  }
  return { found: true };
}

/** The types that a value may have: the branches of a union, or the type alone. */
export function branchesOf(type: Schema): readonly Schema[] {
  return type.type === "union" ? type.branches : [type];
}

/** The types that a step leads to from one type, before their unions are opened. */
export function innerOf(type: Schema, step: PathStep): readonly Schema[] {
  if (type.type === "array") return step === "[]" ? [type.items] : [];
  if (type.type === "map") return step === "{}" ? [type.values] : [];
  return type.type === "record" ? type.fields.filter((field) => field.name === step).map((field) => field.type) : [];
}

function nextOf(type: Schema): readonly PathStep[] {
  if (type.type === "array") return ["[]"];
  if (type.type === "map") return ["{}"];
  return type.type === "record" ? type.fields.map((field: RecordField) => field.name) : [];
}

/** Whether a step leads into an array or map, and not to a field. */
export function isElementStep(step: PathStep): boolean {
  return step === "[]" || step === "{}";
}
