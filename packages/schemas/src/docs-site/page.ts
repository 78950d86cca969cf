import { hash } from "node:crypto";
import { type HtmlValue, html, type Markup, trusted } from "./html.ts";
import { searchScript } from "./search-script.ts";

/** A page before it stands in its frame. */
export interface Page {
  /** Of the site. */
  readonly site: string;
  /** Of the page, in the window's title. */
  readonly title: string;
  /** What leads from the page to the root of the site: nothing, or `../`. */
  readonly root: "" | "../";
  /** The way from the index to the page: names with their addresses, and last the page itself. */
  readonly trail: readonly (readonly [label: string, href: string | null])[];
  readonly body: Markup;
}

/** Path of the stylesheet from the root of the site. */
export const stylesheetPath = "assets/catalogue.css";

/**
 * Nothing of a schema can run or be fetched, even if it were not escaped. `file:` stands beside 'self', which pages
 * that were opened as files are not.
 */
const policy = [
  "default-src 'none'",
  "style-src 'self' file:",
  `script-src 'sha256-${hash("sha256", searchScript, "base64")}'`,
  "form-action 'self' file:",
  "base-uri 'none'",
].join("; ");

/** A whole document. */
export function renderPage({ site, title, root, trail, body }: Page): string {
  const isIndex = root === "";
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="schemas docs">
<title>${title}</title>
<link rel="stylesheet" href="${root}${stylesheetPath}">
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="bar">
<a class="site" href="${root}index.html">${site}</a>
<form class="search" role="search" action="${root}index.html" method="get">
<label for="search">Search</label>
<input id="search" type="search" name="q" placeholder="Events, fields, services" autocomplete="off" spellcheck="false">
<button type="submit">Search</button>
</form>
</header>
<main id="main" tabindex="-1">
${trail.length === 0 ? null : breadcrumbs(trail)}${body}
</main>
${isIndex ? html`<script>${trusted(searchScript)}</script>\n` : null}</body>
</html>
`.text;
}

function breadcrumbs(trail: Page["trail"]): Markup {
  const items = trail.map(([label, href]) =>
    href === null ? html`<li aria-current="page">${label}</li>` : html`<li><a href="${href}">${label}</a></li>`,
  );
  return html`<nav class="trail" aria-label="Breadcrumb"><ol>${items}</ol></nav>
`;
}

/** A part of a page under a heading of its own. */
export function section(id: string, title: string, body: HtmlValue): Markup {
  return html`<section aria-labelledby="${id}">
<h2 id="${id}">${title}</h2>
${body}
</section>
`;
}

/** Something that may be wider than the page: it scrolls by itself, by keyboard too. */
export function scrolling(label: string, body: Markup): Markup {
  return html`<section class="scroll" aria-label="${label}" tabindex="0">${body}</section>`;
}

/** A text that is read as it is written. */
export function codeBlock(label: string, text: string): Markup {
  return html`<pre tabindex="0" aria-label="${label}"><code>${text}</code></pre>`;
}

/** A short note on the state of something. */
export function badge(text: string, kind: "plain" | "good" | "warn" = "plain"): Markup {
  return html`<span class="badge ${kind}">${text}</span>`;
}
