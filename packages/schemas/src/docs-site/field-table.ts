import type { EnumSchema } from "@waybill/avro";
import type { FieldRow } from "../catalogue/field-rows.ts";
import { jsonText } from "../json-text.ts";
import { html, type HtmlValue, type Markup } from "./html.ts";
import { badge } from "./page.ts";
import { breakable, prose } from "./text.ts";

/** Symbols that are shown at once; the rest opens. */
const maxSymbols = 16;

/** Depths that are told apart by indentation. */
const maxIndent = 6;

/** The fields of a version. */
export function fieldTable(fields: readonly FieldRow[]): Markup {
  if (fields.length === 0) return html`<p class="quiet">The record has no fields.</p>`;
  const ids = fieldIds(fields);
  const rows = fields.map(
    (field) => html`<tr id="${ids.get(field) ?? null}" class="depth-${Math.min(field.depth, maxIndent)}">
<th scope="row">${nameOf(field)}</th>
<td class="type"><code>${breakable(field.type)}</code></td>
<td class="says">${notesOf(field)}</td>
</tr>
`,
  );
  return html`<table class="fields">
<thead><tr><th scope="col">Field</th><th scope="col">Type</th><th scope="col">Meaning</th></tr></thead>
<tbody>
${rows}</tbody>
</table>`;
}

function nameOf({ name, key, deprecated, of }: FieldRow): HtmlValue {
  const shown =
    deprecated === null ? html`<code>${breakable(name)}</code>` : html`<s><code>${breakable(name)}</code></s>`;
  return [
    shown,
    key ? html` ${badge("key", "good")}` : null,
    of === null ? null : html` <span class="quiet">of ${of}</span>`,
  ];
}

function notesOf(field: FieldRow): HtmlValue {
  const { doc, deprecated, aliases, enums, repeated } = field;
  return [
    deprecated === null
      ? null
      : html`<p dir="auto">${badge("deprecated", "warn")} ${deprecated === doc ? null : deprecated}</p>`,
    doc === null ? null : prose(doc),
    ...enums.map(symbolsOf),
    ...(field.default === undefined
      ? []
      : [html`<p class="note">Default <code><bdi>${visibleJson(jsonText(field.default))}</bdi></code></p>`]),
    aliases.length === 0 ? null : html`<p class="note">Also read from <code>${aliases.join(", ")}</code></p>`,
    repeated.length === 0 ? null : html`<p class="note">The fields of ${repeated.join(", ")} stand above.</p>`,
  ];
}

function symbolsOf({ name, symbols, default: fallback, doc }: EnumSchema): Markup {
  const items = symbols.map((symbol) => html`<li><code>${breakable(symbol)}</code></li>`);
  const list = html`<ul class="symbols">${items}</ul>`;
  const about = doc === null ? null : prose(doc);
  const note =
    fallback === null ? null : html`<p class="note">An unknown symbol is read as <code>${fallback}</code></p>`;
  if (symbols.length <= maxSymbols) return html`${about}${list}${note}`;
  return html`${about}<details><summary>${symbols.length} symbols of ${name}</summary>${list}</details>${note}`;
}

/** Characters that turn the direction of what follows, written as JSON escapes: in code they would mislead. */
export function visibleJson(text: string): string {
  return text.replaceAll(
    /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]/g,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
  );
}

/** Ids by path; what several branches of a union share gets a number. */
export function fieldIds(fields: readonly FieldRow[]): ReadonlyMap<FieldRow, string> {
  const ids = new Map<FieldRow, string>();
  const taken = new Set<string>();
  for (const field of fields) {
    const base = fieldId(field.path);
    let id = base;
    for (let number = 2; taken.has(id); number++) id = `${base}_${number}`;
    taken.add(id);
    ids.set(field, id);
  }
  return ids;
}

/** The id of the first field with a path. */
export function fieldId(path: string): string {
  return `field-${path.replaceAll("[]", "-items").replaceAll("{}", "-values")}`;
}
