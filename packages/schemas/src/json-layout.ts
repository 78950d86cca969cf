/** Columns that an array or object may take on one line. */
const width = 100;

/** A value's tokens: a scalar as it is written, or the members of an array or object, each behind its key. */
type Layout = string | { readonly open: "[" | "{"; readonly members: readonly (readonly [string, Layout])[] };

/**
 * Lays a JSON text out for people, by white space alone: every token stays as it is written, so that its compact form,
 * and with it the fingerprint that the lock holds, is the same. What fits on a line stands on one.
 *
 * @param text valid JSON
 */
export function layOutJson(text: string): string {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[[\]{}:,]|[^\s"[\]{}:,]+/gs) ?? [];
  return `${write(new TokenReader(tokens).value(), "", 0)}\n`;
}

class TokenReader {
  readonly #tokens: readonly string[];
  #next = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  value(): Layout {
    const token = this.#take();
    if (token !== "[" && token !== "{") return token;
    const members: (readonly [string, Layout])[] = [];
    const close = token === "[" ? "]" : "}";
    while (this.#tokens[this.#next] !== close) {
      members.push([token === "{" ? `${this.#take()}${this.#take()} ` : "", this.value()]);
      if (this.#tokens[this.#next] === ",") this.#next += 1;
    }
    this.#next += 1;
    return { open: token, members };
  }

  #take(): string {
    const token = this.#tokens[this.#next];
    if (token === undefined) throw new SyntaxError("the text is no JSON: it ends too early");
    this.#next += 1;
    return token;
  }
}

/** @param taken columns before the value on its line */
function write(layout: Layout, indent: string, taken: number): string {
  if (typeof layout === "string") return layout;
  const line = writeLine(layout);
  // The schema itself and its lists of fields are read by lines, however short they are.
  const isShort = indent !== "" && indent.length + taken + line.length < width && !/[[{].*"fields":/.test(line);
  if (isShort) return line;
  const inner = `${indent}  `;
  const members = layout.members.map(([key, member]) => `${inner}${key}${write(member, inner, key.length)}`);
  const close = layout.open === "[" ? "]" : "}";
  return members.length === 0 ? `${layout.open}${close}` : `${layout.open}\n${members.join(",\n")}\n${indent}${close}`;
}

function writeLine(layout: Layout): string {
  if (typeof layout === "string") return layout;
  const members = layout.members.map(([key, member]) => `${key}${writeLine(member)}`).join(", ");
  if (layout.open === "[") return `[${members}]`;
  return members === "" ? "{}" : `{ ${members} }`;
}
