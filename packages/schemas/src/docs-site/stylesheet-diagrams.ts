/** Drawings: their colours are those of the page's scheme. */
export const diagramStyles = `figure { margin: 0; }
.scroll { overflow-x: auto; padding: 0.25rem 0 0.75rem; }
figcaption { display: flex; gap: 1.5rem; align-items: baseline; justify-content: space-between; font-size: 0.875rem; }
figcaption > a { flex: none; }
.diagram { display: block; max-width: none; font: 13px var(--mono); }
.diagram text { fill: var(--ink); }
.diagram .heading { font: 12px var(--sans); fill: var(--quiet); }
.diagram rect { fill: var(--paper); stroke: var(--strong-line); }
.diagram .domain rect { fill: var(--shade); }
.diagram .topic rect { rx: 17px; }
.diagram .service rect { fill: var(--good-shade); stroke: transparent; }
.diagram .edge { fill: none; stroke: var(--edge); stroke-width: 1.5; }
.diagram .arrow path { fill: none; stroke: var(--edge); stroke-width: 1.5; }
.diagram a:hover text { fill: var(--link); }
.diagram a:focus-visible { outline: none; }
.diagram a:focus-visible rect { stroke: var(--link); stroke-width: 2; }
.diagram .rule { stroke: var(--strong-line); fill: none; }
.diagram .name { font-weight: 600; }
.diagram .type { fill: var(--quiet); }
`;
