import { diagramStyles } from "./stylesheet-diagrams.ts";
import { tableStyles } from "./stylesheet-tables.ts";

/** Colours of both schemes, type, and the frame of a page. */
const frame = `:root {
  color-scheme: light dark;
  --paper: #fff;
  --shade: #f5f6f8;
  --line: #e2e5e9;
  --strong-line: #c9ced6;
  --edge: #868f9c;
  --ink: #1c2128;
  --quiet: #59636e;
  --link: #1f54b5;
  --good: #1a6b3c;
  --good-shade: #e5f3ea;
  --warn: #8a4b00;
  --warn-shade: #fdf0dc;
  --bad: #a3282f;
  --mono: ui-monospace, "SF Mono", "Cascadia Code", "Roboto Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", Arial, sans-serif;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171c;
    --shade: #1c2027;
    --line: #2b313a;
    --strong-line: #434b57;
    --edge: #6b7582;
    --ink: #e4e7eb;
    --quiet: #9aa5b1;
    --link: #8db4f8;
    --good: #7fd1a0;
    --good-shade: #17301f;
    --warn: #f0b566;
    --warn-shade: #33260f;
    --bad: #f28b91;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; scroll-padding-top: 1.5rem; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 400 1rem/1.6 var(--sans); }
main { max-width: 72rem; margin: 0 auto; padding: 2.5rem 2rem 6rem; }
main:focus { outline: none; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 3px; }
a { color: var(--link); text-decoration: none; }
a:hover { text-decoration: underline; text-underline-offset: 0.2em; }
code, pre { font-family: var(--mono); font-size: 0.875em; }
h1 { margin: 0 0 0.75rem; font-size: 2rem; line-height: 1.2; font-weight: 650; letter-spacing: -0.015em; overflow-wrap: anywhere; }
h1.name { font-family: var(--mono); font-size: 1.75rem; font-weight: 600; letter-spacing: -0.02em; }
h2 { margin: 3.5rem 0 1rem; font-size: 1.25rem; line-height: 1.3; font-weight: 650; letter-spacing: -0.01em; }
h3 { margin: 2rem 0 0.5rem; font-size: 1rem; font-weight: 650; }
p { margin: 0 0 0.75rem; max-width: 46rem; overflow-wrap: break-word; }
.lead { font-size: 1.125rem; line-height: 1.55; max-width: 46rem; }
.quiet, .note { color: var(--quiet); }
.skip { position: absolute; left: -100vw; }
.skip:focus { left: 1rem; top: 0.5rem; z-index: 1; padding: 0.5rem 1rem; background: var(--paper); }
.bar { display: flex; gap: 2rem; align-items: center; justify-content: space-between; padding: 0.75rem max(2rem, 50vw - 34rem); border-bottom: 1px solid var(--line); }
.site { color: var(--ink); font-weight: 650; }
.search { flex: 0 1 22rem; }
.search { position: relative; }
.search button:focus-visible { position: absolute; right: 0.4rem; top: 0.4rem; font: inherit; font-size: 0.8125rem; }
.search label, .search button:not(:focus-visible) { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.search input { width: 100%; padding: 0.45rem 0.75rem; font: inherit; font-size: 0.9375rem; color: inherit; background: var(--shade); border: 1px solid var(--line); border-radius: 6px; }
.search input::placeholder { color: var(--quiet); opacity: 1; }
@media (scripting: none) { .search { display: none; } }
.found { min-height: 1.6em; margin: 0; color: var(--quiet); }
.aside h2 { margin-top: 1.25rem; }
.searching .aside { display: none; }
[hidden] { display: none !important; }
.trail ol { display: flex; flex-wrap: wrap; margin: 0 0 1.5rem; padding: 0; list-style: none; font-size: 0.875rem; color: var(--quiet); }
.trail li + li::before { content: "/"; padding: 0 0.6em; color: var(--strong-line); }
.badge { display: inline-block; padding: 0.1em 0.55em; font: 500 0.75rem/1.5 var(--sans); letter-spacing: 0; color: var(--quiet); background: var(--shade); border: 1px solid var(--line); border-radius: 99px; white-space: nowrap; vertical-align: 0.1em; }
.badge.good { color: var(--good); background: var(--good-shade); border-color: transparent; }
.badge.warn { color: var(--warn); background: var(--warn-shade); border-color: transparent; }
.badges { margin-bottom: 1.25rem; }
.warning { padding: 0.75rem 1rem 0.05rem; margin-bottom: 1rem; max-width: 46rem; color: var(--warn); background: var(--warn-shade); border-radius: 6px; }
.with-contents { display: grid; grid-template-columns: 10rem minmax(0, 1fr); gap: 4rem; }
.contents { position: sticky; top: 1.5rem; align-self: start; padding-top: 0.5rem; font-size: 0.875rem; }
.contents ul { margin: 0; padding: 0; list-style: none; border-left: 1px solid var(--line); }
.contents a { display: block; padding: 0.25rem 0 0.25rem 1rem; color: var(--quiet); }
.contents a:hover { color: var(--ink); }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: 1.25rem 2.5rem; margin: 2rem 0 0; padding: 1.25rem 0; border: solid var(--line); border-width: 1px 0; }
.facts dt { font-size: 0.8125rem; color: var(--quiet); }
.facts dd { margin: 0.1rem 0 0; overflow-wrap: anywhere; }
.facts .row { display: block; }
pre { max-height: 36rem; margin: 0 0 1rem; padding: 1rem 1.25rem; overflow: auto; line-height: 1.55; font-size: 0.8125rem; background: var(--shade); border-radius: 8px; tab-size: 2; }
pre code { font-size: inherit; }
summary { width: fit-content; cursor: pointer; color: var(--quiet); }
summary:hover { color: var(--ink); }
details[open] > summary { margin-bottom: 0.75rem; }
`;

const narrow = `@media (max-width: 60rem) {
  .with-contents { display: block; }
  .contents { display: none; }
}
@media (max-width: 42rem) {
  main { padding: 1.5rem 1.25rem 4rem; }
  .bar { flex-wrap: wrap; gap: 0.5rem 1.5rem; padding: 0.75rem 1.25rem; }
  .search { flex: 1 1 12rem; }
  h1 { font-size: 1.625rem; }
  h1.name { font-size: 1.3125rem; }
  h2 { margin-top: 2.75rem; }
  .lead { font-size: 1.0625rem; }
  .facts { grid-template-columns: 1fr; gap: 0.9rem; }
}
@media print {
  :root { color-scheme: light; --paper: #fff; --shade: #fff; --line: #bbb; --strong-line: #888; --edge: #555; --ink: #000; --quiet: #444; --link: #000; --good: #000; --good-shade: #fff; --warn: #000; --warn-shade: #fff; --bad: #000; }
  main { max-width: none; padding: 0; }
  .bar, .contents, .trail, .skip, figcaption { display: none; }
  .with-contents { display: block; }
  h2, h3, h4 { break-after: avoid; }
  tr, figure, .versions > li { break-inside: avoid; }
  pre { max-height: none; padding: 0.75rem; border: 1px solid var(--line); white-space: pre-wrap; overflow-wrap: anywhere; }
  .scroll { overflow: visible; }
  svg.diagram { max-width: 100%; height: auto; }
  details::details-content { content-visibility: visible; block-size: auto; }
}
`;

/** The stylesheet of the site. */
export const stylesheet: string = frame + tableStyles + diagramStyles + narrow;
