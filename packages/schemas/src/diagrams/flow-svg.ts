import { type HtmlValue, html, type Markup } from "../docs-site/html.ts";
import { describeFlow } from "./flow-graph.ts";
import { layOutFlow, nodeHeight, type PlacedNode } from "./flow-layout.ts";
import type { FlowGraph, FlowNode } from "./graph.ts";

/** How a flow is drawn. */
export interface FlowSvgOptions {
  /** Of the drawing's elements; its own on the page. */
  readonly id: string;
  readonly title: string;
  /** Where a node leads, or null. */
  readonly linkOf: (node: FlowNode) => string | null;
}

const margin = 2;

/** A flow as inline SVG. Colours come from the page's stylesheet, so that they follow its scheme. */
export function flowSvg(graph: FlowGraph, { id, title, linkOf }: FlowSvgOptions): Markup {
  const { width, height, headings, nodes, edges } = layOutFlow(graph);
  const [fullWidth, fullHeight] = [width + 2 * margin, height + 2 * margin];
  return html`<svg class="diagram flow" role="group" aria-labelledby="${id}-title ${id}-desc" width="${fullWidth}" height="${fullHeight}" viewBox="${-margin} ${-margin} ${fullWidth} ${fullHeight}">
<title id="${id}-title">${title}</title>
<desc id="${id}-desc">${describeFlow(graph)}</desc>
<defs><marker id="${id}-arrow" class="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 1 7 4 0 7"/></marker></defs>
${headings.map(({ x, label }) => html`<text class="heading" x="${x}" y="14">${label}</text>\n`)}${edges.map(({ from, to }) => edge(from, to, id))}${nodes.map((node) => drawn(node, linkOf(node)))}</svg>`;
}

function edge(from: PlacedNode, to: PlacedNode, id: string): HtmlValue {
  const [x1, y1] = [from.x + from.width, from.y + nodeHeight / 2];
  const [x2, y2] = [to.x - 2, to.y + nodeHeight / 2];
  const middle = (x1 + x2) / 2;
  return html`<path class="edge" marker-end="url(#${id}-arrow)" d="M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}"/>\n`;
}

function drawn(node: PlacedNode, link: string | null): HtmlValue {
  const whole = node.shown === node.label ? null : html`<title>${node.label}</title>`;
  const box = html`<g class="node ${node.kind}">${whole}<rect x="${node.x}" y="${node.y}" width="${node.width}" height="${nodeHeight}" rx="6"/><text x="${node.x + 14}" y="${node.y + 22}">${node.shown}</text></g>`;
  return link === null ? html`${box}\n` : html`<a href="${link}">${box}</a>\n`;
}
