import { html, type Markup } from "./html.ts";

/** A doc as paragraphs. Text between backticks is code; nothing else of it is markup. */
export function prose(doc: string): Markup {
  const paragraphs = doc.split(/\n[^\S\n]*\n/).filter((paragraph) => paragraph.trim() !== "");
  // The direction is the text's own, and what it leaves open ends with the paragraph.
  return html`${paragraphs.map((paragraph) => html`<p dir="auto">${inline(paragraph)}</p>`)}`;
}

/** A doc within a line. */
export function inlineDoc(doc: string): Markup {
  return html`<bdi>${inline(doc)}</bdi>`;
}

function inline(text: string): Markup {
  const parts = text.trim().split(/`([^`\n]+)`/);
  return html`${parts.map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`;
}

/** A name that may be broken where its words end: after a dot, an underscore, a hyphen, and before a capital. */
export function breakable(name: string): Markup {
  const parts = name.split(/(?<=[._\-/,<|])|(?<=[a-z])(?=[A-Z])/);
  return html`${parts.map((part, index) => (index === 0 ? part : html`<wbr>${part}`))}`;
}

/** The first sentence of a doc, for a line in a list. */
export function firstSentence(doc: string): string {
  const text = doc.trim().replaceAll(/\s+/g, " ");
  return /^.+?[.!?](?=\s+\p{Lu}|$)/u.exec(text)?.[0] ?? text;
}

/** `v1, v2 and v4`; the first and the last of many. */
export function versionList(versions: readonly number[]): string {
  const names = versions.map((version) => `v${version}`);
  if (names.length > 6) return `${names[0]} to ${names.at(-1)}`;
  const last = names.at(-1) ?? "none";
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} and ${last}`;
}

/** `1 event`, `2 events`. */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}
