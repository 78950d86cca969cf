import { describeFlow, isDrawable } from "../diagrams/flow-graph.ts";
import { flowSvg } from "../diagrams/flow-svg.ts";
import type { FlowGraph, FlowNode } from "../diagrams/graph.ts";
import { html, type Markup } from "./html.ts";
import { scrolling } from "./page.ts";
import type { SitePaths } from "./site-paths.ts";

/** A flow as a figure of a page; in words alone when there is too much to draw. */
export function flowFigure(
  graph: FlowGraph,
  options: { readonly paths: SitePaths; readonly root: "" | "../"; readonly title: string; readonly mermaid: string },
): Markup {
  const { paths, root, title, mermaid } = options;
  if (!isDrawable(graph))
    return html`<p class="quiet">There is too much to draw here: the pages of single events, topics and services have drawings.</p>`;
  const svg = flowSvg(graph, { id: "flow-diagram", title, linkOf: (node) => linkOf(node, paths, root) });
  return html`<figure>
${scrolling(title, svg)}
<figcaption><details><summary>In words</summary><p>${describeFlow(graph)}</p></details> <a href="${root}${mermaid}">Mermaid source</a></figcaption>
</figure>`;
}

function linkOf({ kind, label }: FlowNode, paths: SitePaths, root: string): string {
  if (kind === "domain") return `${root}index.html#${domainId(label)}`;
  return root + (kind === "topic" ? paths.topic(label) : paths.service(label));
}

/** The id of a domain's part of the index. */
export function domainId(domain: string): string {
  return `domain-${domain}`;
}
