/** Lists, tables of fields and the history of versions. */
export const tableStyles = `table { width: 100%; border-collapse: collapse; font-size: 0.9375rem; }
th, td { padding: 0.7rem 1.5rem 0.7rem 0; text-align: left; vertical-align: top; font-weight: 400; border-bottom: 1px solid var(--line); }
th:last-child, td:last-child { padding-right: 0; }
thead th { padding-top: 0; padding-bottom: 0.4rem; font-size: 0.8125rem; color: var(--quiet); border-bottom-color: var(--strong-line); }
table p:last-child { margin-bottom: 0; }
a.name { font: 500 0.875rem/1.6 var(--mono); }
.list { table-layout: fixed; }
.list th:first-child { width: 30%; }
.list th:nth-child(n + 3) { width: 15%; }
.list.uses th:nth-child(2) { width: 20%; }
.list.uses th:nth-child(3) { width: auto; }
.list.uses th:first-child { width: 25%; }
.list td, .list th { overflow-wrap: anywhere; }
.list td.short { overflow-wrap: normal; }
.fields { table-layout: fixed; }
.fields th:first-child { width: 27%; overflow-wrap: anywhere; }
.fields th:nth-child(2), .fields td.type { width: 27%; overflow-wrap: anywhere; }
.fields tbody th code { font-weight: 600; }
.fields .type code { color: var(--quiet); }
.fields p { margin-bottom: 0.4rem; }
.fields .note { font-size: 0.875rem; }
.fields tr:target { background: var(--shade); box-shadow: -0.75rem 0 var(--shade), 0.75rem 0 var(--shade); }
.depth-1 > th { padding-left: 1.25rem; }
.depth-2 > th { padding-left: 2.5rem; }
.depth-3 > th { padding-left: 3.75rem; }
.depth-4 > th { padding-left: 5rem; }
.depth-5 > th { padding-left: 6.25rem; }
.depth-6 > th { padding-left: 7.5rem; }
.symbols { display: flex; flex-wrap: wrap; gap: 0.3rem 0.4rem; margin: 0 0 0.5rem; padding: 0; list-style: none; }
.list .symbols { margin: 0.1rem 0 0; }
.symbols code { display: block; padding: 0.05rem 0.45rem; font-size: 0.8125rem; background: var(--shade); border-radius: 4px; }
.subjects { margin: 0; padding: 0; list-style: none; }
.subjects li { padding: 0.3rem 0; overflow-wrap: anywhere; }
.versions { margin: 1rem 0; padding: 0; list-style: none; }
.versions > li { padding: 1.25rem 0 1rem 1.75rem; border-left: 2px solid var(--line); position: relative; }
.versions > li::before { content: ""; position: absolute; left: -6px; top: 1.85rem; width: 6px; height: 6px; border: 2px solid var(--paper); border-radius: 50%; background: var(--quiet); }
h4 { margin: 0 0 0.5rem; font-size: 1rem; font-weight: 650; }
h4 .file { margin-left: 0.5rem; font: 400 0.8125rem/1.5 var(--mono); color: var(--quiet); overflow-wrap: anywhere; }
.changes, .verdicts { margin: 0 0 0.75rem; padding: 0; list-style: none; font-size: 0.9375rem; overflow-wrap: anywhere; }
.changes > li { display: grid; grid-template-columns: 5.5rem minmax(0, 1fr); padding: 0.35rem 0; }
.changes > li > ul { grid-column: 2; margin: 0.1rem 0 0; padding: 0; list-style: none; font-size: 0.875rem; color: var(--quiet); }
.changes ul li { display: grid; grid-template-columns: 6.5rem minmax(0, 1fr); }
.changes ul li > * { min-width: 0; }
.changes code { color: var(--ink); }
.changes q { font-style: italic; }
.arrow { padding: 0 0.25em; font-size: 0.8125rem; }
.kind { font-size: 0.8125rem; line-height: 1.85; }
.added > .kind { color: var(--good); }
.removed > .kind { color: var(--bad); }
.changed > .kind { color: var(--warn); }
.verdicts li { padding-left: 1.4rem; position: relative; color: var(--quiet); }
.verdicts li::before { position: absolute; left: 0; }
.verdicts .yes::before { content: "✓"; color: var(--good); }
.verdicts .no::before { content: "✗"; color: var(--bad); }
@media (max-width: 42rem) {
  table, thead, tbody, tr, th, td { display: block; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr { padding: 0.9rem 0; border-bottom: 1px solid var(--line); }
  th, td, .list th:first-child, .list th:nth-child(n + 2), .fields th:first-child, .fields td.type { width: auto; padding: 0; border: 0; }
  td + td, th + td { margin-top: 0.25rem; }
  .list td.short { display: inline-block; margin-right: 1rem; font-size: 0.875rem; color: var(--quiet); }
  .depth-1 { padding-left: 1rem; }
  .depth-2 { padding-left: 2rem; }
  .depth-3, .depth-4, .depth-5, .depth-6 { padding-left: 3rem; }
  [class^="depth-"] > th { padding-left: 0; }
  .versions > li { padding-left: 1.25rem; }
  h4 .file { display: block; margin: 0.15rem 0 0; }
  .changes > li, .changes ul li { grid-template-columns: minmax(0, 1fr); }
  .changes > li > ul { grid-column: 1; }
  .changes .attribute { font-size: 0.8125rem; }
}
`;
