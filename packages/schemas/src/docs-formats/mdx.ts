import { yamlText } from "./yaml-text.ts";

/** A file of MDX: frontmatter, then Markdown that this package wrote, with texts by {@link mdxText}. */
export function mdxFile(frontmatter: object, body: readonly string[]): string {
  return `---\n${yamlText(frontmatter)}---\n\n${body.join("\n\n")}\n`;
}

/** What Markdown or MDX would read as markup, expressions, components or directives. */
const special = /[\\`*_{}[\]<>#|~&$@^=!"]/g;

/** A text as paragraphs of MDX: nothing of it is markup. */
export function mdxText(text: string): string {
  return text
    .split(/\n[^\S\n]*\n/)
    .map((paragraph) => paragraphText(paragraph.trim().replaceAll(/\s+/g, " ")))
    .filter((paragraph) => paragraph !== "")
    .join("\n\n");
}

function paragraphText(text: string): string {
  const escaped = text.replace(special, entity);
  // At the start of a line these begin a list, a rule, a directive, or a module's import.
  return escaped.replace(/^(?:[-+:]|\d+(?=[.)])|(?:im|ex)port\b)/, (start) => entity(start.charAt(0)) + start.slice(1));
}

function entity(character: string): string {
  return `&#${character.codePointAt(0)};`;
}
