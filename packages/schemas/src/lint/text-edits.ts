import type { JsonNode, JsonObjectNode } from "@waybill/avro";
import type { TextEdit } from "./lint-rule.ts";

/** A member put into an object behind another one, spaced as that one is. */
export function insertMember(
  text: string,
  object: JsonObjectNode,
  after: JsonNode,
  member: { readonly key: string; readonly value: string | null },
): TextEdit {
  const members = [...object.members.values()];
  const before = members[members.indexOf(after) - 1];
  // From the value or brace before it to its own value: the key of `after` and the white space to repeat.
  const lead = text.slice(before?.end ?? object.at.offset + 1, after.at.offset);
  const [, space = ""] = /^(?:\s*,)?(\s*)"/.exec(lead) ?? [];
  const [, gap = ""] = /:(\s*)$/.exec(lead) ?? [];
  const added = `${JSON.stringify(member.key)}:${gap}${JSON.stringify(member.value)}`;
  return { start: after.end, end: after.end, text: `,${space}${added}` };
}

/** Edits that put each of two values in the other's place. */
export function swapNodes(text: string, a: JsonNode, b: JsonNode): readonly TextEdit[] {
  const textOf = ({ at, end }: JsonNode) => text.slice(at.offset, end);
  return [
    { start: a.at.offset, end: a.end, text: textOf(b) },
    { start: b.at.offset, end: b.end, text: textOf(a) },
  ];
}

/** Applies whole fixes in order; one that overlaps an earlier one is left for the next pass. */
export function applyFixes(
  text: string,
  fixes: readonly (readonly TextEdit[])[],
): { readonly text: string; readonly applied: number } {
  const accepted: TextEdit[] = [];
  let applied = 0;
  for (const edits of fixes) {
    if (edits.some((edit) => accepted.some((other) => touches(edit, other)))) continue;
    accepted.push(...edits);
    applied += 1;
  }
  const edited = accepted
    .toSorted((a, b) => b.start - a.start)
    .reduce((rest, edit) => rest.slice(0, edit.start) + edit.text + rest.slice(edit.end), text);
  return { text: edited, applied };
}

function touches(a: TextEdit, b: TextEdit): boolean {
  return a.start <= b.end && b.start <= a.end;
}
