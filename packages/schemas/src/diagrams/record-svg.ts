import { type HtmlValue, html, type Markup } from "../docs-site/html.ts";
import { describeRecords, type RecordGraph } from "./record-graph.ts";
import { headHeight, layOutRecords, type PlacedRecord } from "./record-layout.ts";

const margin = 2;

/** The records of an event as inline SVG, coloured by the page's stylesheet. */
export function recordSvg(graph: RecordGraph, { id, title }: { readonly id: string; readonly title: string }): Markup {
  const { width, height, records, links } = layOutRecords(graph);
  const [fullWidth, fullHeight] = [width + 2 * margin, height + 2 * margin];
  return html`<svg class="diagram records" role="img" aria-labelledby="${id}-title ${id}-desc" width="${fullWidth}" height="${fullHeight}" viewBox="${-margin} ${-margin} ${fullWidth} ${fullHeight}">
<title id="${id}-title">${title}</title>
<desc id="${id}-desc">${describeRecords(graph)}</desc>
<defs><marker id="${id}-arrow" class="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 1 7 4 0 7"/></marker></defs>
${links.map(({ path }) => html`<path class="edge" marker-end="url(#${id}-arrow)" d="${path}"/>\n`)}${records.map(drawn)}</svg>`;
}

function drawn({ x, y, width, height, name, rows }: PlacedRecord): HtmlValue {
  const line = y + headHeight;
  const texts = rows.map(
    (row) =>
      html`<text class="field" x="${x + 14}" y="${row.y}">${row.name}</text><text class="type" x="${row.typeX}" y="${row.y}">${row.type}</text>\n`,
  );
  return html`<g class="record"><rect x="${x}" y="${y}" width="${width}" height="${height}" rx="6"/><path class="rule" d="M${x} ${line}h${width}"/><text class="name" x="${x + 14}" y="${y + 21}">${name}</text>
${texts}</g>
`;
}
