import type { FlowGraph, FlowNode } from "./graph.ts";
import type { RecordGraph } from "./record-graph.ts";

/** A flow as a Mermaid flowchart. */
export function flowMermaid({ columns, edges }: FlowGraph): string {
  const nodes = columns.flatMap((column) => column.nodes);
  const ids = new Map(nodes.map(({ id }, index) => [id, `n${index}`]));
  const lines = [
    "flowchart LR",
    ...nodes.map((node) => `  ${ids.get(node.id)}${shapeOf(node)}`),
    ...edges.map(({ from, to }) => `  ${ids.get(from)} --> ${ids.get(to)}`),
  ];
  return `${lines.join("\n")}\n`;
}

function shapeOf({ kind, label }: FlowNode): string {
  const text = quoted(label);
  // A box with rounded corners, one with round ends, and a plain one, as in our own drawings.
  return kind === "domain" ? `(${text})` : kind === "topic" ? `([${text}])` : `[${text}]`;
}

/** The records of an event as a Mermaid class diagram. */
export function recordMermaid({ records, links, omitted }: RecordGraph): string {
  const lines = [
    "classDiagram",
    ...records.flatMap(({ name, fields, omitted: more }, index) => [
      `  class r${index}[${quoted(name)}] {`,
      ...fields.map((field) => `    ${memberText(field.name)} : ${memberText(field.type)}`),
      ...(more === 0 ? [] : [`    and ${more} more`]),
      "  }",
    ]),
    ...links.map(({ from, field, to, many }) => {
      const name = records[from]?.fields[field]?.name ?? "";
      return `  r${from} *-- ${quoted(many)} r${to}${name === "" ? "" : ` : ${memberText(name)}`}`;
    }),
    ...(omitted === 0 ? [] : [`  note ${quoted(`${omitted} more records`)}`]),
  ];
  return `${lines.join("\n")}\n`;
}

/** A text in quotes, with Mermaid's entities for what would end it or be taken as markup. */
function quoted(text: string): string {
  return `"${text.replace(/[\s\p{Cc}]+/gu, " ").replace(/[#"<>&`;\\]/g, (character) => `#${character.codePointAt(0)};`)}"`;
}

/** A member's text without parentheses, which would make it a method, nor what Mermaid reads as markup. */
function memberText(text: string): string {
  return text
    .replaceAll(/array<([\w.]+)>/g, "$1[]")
    .replaceAll(/[<>]/g, "~")
    .replaceAll(/[(){}"`#;%]/g, "")
    .replaceAll("|", "or");
}
