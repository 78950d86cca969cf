import { shorten, textWidth } from "./text-metrics.ts";
import type { FlowGraph, FlowNode } from "./graph.ts";

/** A node with its place, in pixels. */
export interface PlacedNode extends FlowNode {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  /** As much of the label as fits. */
  readonly shown: string;
}

/** A flow with the place of everything. */
export interface FlowLayout {
  readonly width: number;
  readonly height: number;
  readonly headings: readonly { readonly x: number; readonly label: string }[];
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly { readonly from: PlacedNode; readonly to: PlacedNode }[];
}

/** Height of a node. */
export const nodeHeight = 34;
const rowHeight = nodeHeight + 12;
const headingHeight = 30;
const gap = 72;
const padding = 14;
const maxLabel = 34;

/** Places the nodes: each column as wide as its longest label, in an order that keeps edges from crossing. */
export function layOutFlow(graph: FlowGraph): FlowLayout {
  const columns = orderColumns(graph);
  const rows = Math.max(0, ...columns.map((nodes) => nodes.length));
  const height = headingHeight + rows * rowHeight;
  let x = 0;
  const headings: { x: number; label: string }[] = [];
  const nodes = columns.flatMap((column, index) => {
    const shown = column.map(({ label }) => shorten(label, maxLabel));
    const label = graph.columns[index]?.label ?? "";
    const width = Math.ceil(Math.max(...[...shown, label].map(textWidth))) + 2 * padding;
    const top = headingHeight + ((rows - column.length) * rowHeight) / 2;
    const left = x;
    headings.push({ x: left, label });
    x += width + gap;
    return column.map(
      (node, row): PlacedNode => ({
        ...node,
        x: left,
        y: top + row * rowHeight,
        width,
        shown: shown[row] ?? "",
      }),
    );
  });
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const edges = graph.edges.flatMap(({ from, to }) => {
    const [start, end] = [byId.get(from), byId.get(to)];
    return start === undefined || end === undefined ? [] : [{ from: start, to: end }];
  });
  return { width: Math.max(0, x - gap), height, headings, nodes, edges };
}

/** Each column after the first in the order of the mean place of what leads to it (the barycentre heuristic). */
function orderColumns({ columns, edges }: FlowGraph): readonly (readonly FlowNode[])[] {
  const ordered: (readonly FlowNode[])[] = [];
  for (const { nodes } of columns) {
    const before = new Map((ordered.at(-1) ?? []).map(({ id }, index) => [id, index]));
    const centre = (node: FlowNode) => {
      const places = edges.filter(({ to }) => to === node.id).map(({ from }) => before.get(from) ?? 0);
      return places.length === 0 ? 0 : places.reduce((sum, place) => sum + place, 0) / places.length;
    };
    const centres = new Map(nodes.map((node) => [node, centre(node)]));
    ordered.push(nodes.toSorted((a, b) => (centres.get(a) ?? 0) - (centres.get(b) ?? 0)));
  }
  return ordered;
}
