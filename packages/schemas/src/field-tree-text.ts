import type { FieldNode, RecordNode } from "./field-tree.ts";
import { jsonText } from "./json-text.ts";

/** Columns of a line of docs, as of the help texts. */
const width = 100;

/** A record's fields as a tree, each with its type on a line and its docs below. */
export function formatFieldTree(node: RecordNode): string {
  return `${node.record}\n${formatFields(node.fields, "")
    .map((line) => `${line.trimEnd()}\n`)
    .join("")}`;
}

function formatFields(fields: readonly FieldNode[], indent: string): readonly string[] {
  return fields.flatMap((field, index) => {
    const isLast = index === fields.length - 1;
    return formatField(field, `${indent}${isLast ? "└─" : "├─"} `, `${indent}${isLast ? "  " : "│ "} `);
  });
}

/** @param rest what stands before every line but the first */
function formatField(field: FieldNode, first: string, rest: string): readonly string[] {
  const notes = [
    ...(field.key ? ["key"] : []),
    ...(field.default === undefined ? [] : [`default ${jsonText(field.default)}`]),
    ...(field.aliases.length === 0 ? [] : [`alias ${field.aliases.join(", ")}`]),
  ];
  const head = `${first}${field.name}: ${field.type}${notes.length === 0 ? "" : `, ${notes.join(", ")}`}`;
  const bar = field.records.length === 0 ? "  " : "│ ";
  const docs = field.doc === null ? [] : wrap(field.doc, width - rest.length - 2).map((line) => `${rest}${bar}${line}`);
  return [head, ...docs, ...formatRecords(field.records, rest)];
}

/** The fields of the one record of a type; of several, each beneath its name. */
function formatRecords(records: readonly RecordNode[], indent: string): readonly string[] {
  const [only, second] = records;
  if (only !== undefined && second === undefined) return formatFields(only.fields, indent);
  return records.flatMap((record, index) => {
    const isLast = index === records.length - 1;
    const inner = `${indent}${isLast ? "  " : "│ "} `;
    return [`${indent}${isLast ? "└─" : "├─"} ${record.record}`, ...formatFields(record.fields, inner)];
  });
}

/** Breaks a text into lines at its spaces; a word longer than a line stands on one of its own. */
export function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter((part) => part !== "")) {
    if (line !== "" && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return line === "" ? lines : [...lines, line];
}
