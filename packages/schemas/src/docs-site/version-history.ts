import type { Incompatibility, JsonValue } from "@waybill/avro";
import type { EventEntry, GenerationEntry, VersionEntry } from "../catalogue/catalogue.ts";
import { jsonText } from "../json-text.ts";
import type { AttributeChange, SchemaChange } from "../schema-diff.ts";
import type { DiffSide, VersionDiff } from "../version-diff.ts";
import { visibleJson } from "./field-table.ts";
import { html, type HtmlValue, type Markup } from "./html.ts";
import { badge } from "./page.ts";
import { breakable, count } from "./text.ts";

/** Versions that stand open; earlier ones unfold. */
const maxOpen = 8;

/** Changes of one version that stand open. */
const maxChanges = 40;

/** Every version, the newest first, with what changed from the one before. */
export function versionHistory({ generations }: EventEntry): Markup {
  const newestFirst = generations.toReversed();
  return html`${newestFirst.map((generation) => generationPart(generation, generations.length))}`;
}

function generationPart(generation: GenerationEntry, total: number): Markup {
  const { number, record, subject, versions } = generation;
  const newestFirst = versions.toReversed();
  const [open, folded] = [newestFirst.slice(0, maxOpen), newestFirst.slice(maxOpen)];
  const facts = html`<p class="quiet">Record <code>${breakable(record)}</code>, subject <code>${breakable(subject)}</code></p>`;
  return html`<h3 id="generation-${number}">${total === 1 ? "One generation" : `Generation ${number}`}</h3>
${facts}
<ol class="versions" reversed>${open.map(versionItem)}</ol>
${
  folded.length === 0
    ? null
    : html`<details><summary>${count(folded.length, "earlier version")}</summary><ol class="versions" reversed>${folded.map(versionItem)}</ol></details>
`
}`;
}

function versionItem({ version, state, file, deprecated, changes }: VersionEntry): Markup {
  return html`<li>
<h4 id="v${version}">v${version} ${badge(state, state === "released" ? "plain" : "warn")}${deprecated === null ? null : html` ${badge("deprecated", "warn")}`} <span class="file">${breakable(file)}</span></h4>
${changes === null ? html`<p>The first version.</p>` : changesPart(changes)}
</li>
`;
}

function changesPart(diff: VersionDiff): HtmlValue {
  const { changes } = diff;
  const isNewGeneration = diff.before.record.fullName !== diff.after.record.fullName;
  const verdicts = html`${isNewGeneration ? html`<p>It begins a new generation: consumers add an upcaster from ${shortLabel(diff.before)}.</p>` : null}<ul class="verdicts">${verdict(diff, "backward")}${verdict(diff, "forward")}</ul>`;
  if (changes.length === 0) return html`<p>No field differs from the version before.</p>${verdicts}`;
  const list = html`<ul class="changes">${changes.map(changeItem)}</ul>`;
  const shown =
    changes.length <= maxChanges
      ? list
      : html`<details><summary>${count(changes.length, "change")}</summary>${list}</details>`;
  return html`${shown}${verdicts}`;
}

const labels = { added: "Added", removed: "Removed", changed: "Changed" } as const;

function changeItem({ kind, path, attributes }: SchemaChange): Markup {
  const items = attributes.map(attributeItem);
  return html`<li class="${kind}"><span class="kind">${labels[kind]}</span> ${path === "" ? "the record" : html`<code>${breakable(path)}</code>`}${items.length === 0 ? null : html`<ul>${items}</ul>`}</li>
`;
}

function attributeItem({ attribute, before, after }: AttributeChange): Markup {
  const sides = [before, after].filter((side) => side !== undefined);
  const texts = sides.map((side) => valueOf(attribute, side));
  const both =
    texts.length === 2
      ? html`${texts[0] ?? null} <span class="arrow">becomes</span> ${texts[1] ?? null}`
      : (texts[0] ?? null);
  return html`<li><span class="attribute">${attribute}</span> <span>${both}</span></li>`;
}

function valueOf(attribute: string, value: JsonValue): HtmlValue {
  if (attribute === "doc" && typeof value === "string") return html`<q><bdi>${value}</bdi></q>`;
  const text = typeof value === "string" && attribute !== "default" ? value : jsonText(value);
  return html`<code><bdi>${visibleJson(text)}</bdi></code>`;
}

function verdict(diff: VersionDiff, direction: "backward" | "forward"): Markup {
  const { before, after } = diff;
  const [reader, writer] = direction === "backward" ? [after, before] : [before, after];
  const reasons = diff[direction];
  if (reasons.length === 0)
    return html`<li class="yes">${shortLabel(reader)} reads what ${shortLabel(writer)} writes.</li>`;
  return html`<li class="no">${shortLabel(reader)} cannot read what ${shortLabel(writer)} writes.<details><summary>${count(reasons.length, "reason")}</summary><ul>${reasons.map(reasonItem)}</ul></details></li>`;
}

/** `v2` of `orders.order.placed v2`. */
function shortLabel({ label }: DiffSide): string {
  return label.split(" ").at(-1) ?? label;
}

function reasonItem({ path, message }: Incompatibility): Markup {
  return html`<li>${path === "" ? null : html`At <code>${path}</code>: `}${message}</li>`;
}
