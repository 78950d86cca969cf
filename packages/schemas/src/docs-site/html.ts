const brand = Symbol("markup");

/** HTML that is safe to write as it is: only {@link html} makes it. */
export interface Markup {
  readonly [brand]: true;
  readonly text: string;
}

/** What may stand in a template. Lists are joined; null and false are nothing. */
export type HtmlValue = string | number | Markup | null | false | readonly HtmlValue[];

/** A template of HTML. Every value is escaped for text and quoted attributes, unless it is markup already. */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Markup {
  return markup(strings.reduce((text, part, index) => text + render(values[index - 1] ?? null) + part));
}

/** Text that this package writes itself, such as its stylesheet, taken as it is: never a schema's. */
export function trusted(text: string): Markup {
  return markup(text);
}

function markup(text: string): Markup {
  return { [brand]: true, text };
}

function render(value: HtmlValue): string {
  if (value === null || value === false) return "";
  if (typeof value === "string") return escapeHtml(value);
  if (typeof value === "number") return String(value);
  return isMarkup(value) ? value.text : value.map(render).join("");
}

/** Only what {@link html} made: anything else with a text would not be escaped. */
function isMarkup(value: object): value is Markup {
  return brand in value;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** What HTML allows nowhere: control characters, noncharacters and halves of surrogate pairs. */
const forbidden =
  // oxlint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufdd0-\ufdef\p{Surrogate}]|[\ufffe\uffff]/gu;

/** Text for HTML, in text and in quoted attributes. What HTML does not allow becomes U+FFFD. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replaceAll("\r", "\n")
    .replace(forbidden, "\ufffd")
    .replace(/[&<>"']/g, (character) => entities[character] ?? "");
}
