/** A drawing of nodes in columns, with edges that run from one column to the next. */
export interface FlowGraph {
  /** From left to right. */
  readonly columns: readonly FlowColumn[];
  readonly edges: readonly FlowEdge[];
}

export interface FlowColumn {
  readonly label: string;
  readonly nodes: readonly FlowNode[];
}

export interface FlowNode {
  readonly id: string;
  readonly kind: "domain" | "topic" | "service";
  readonly label: string;
}

/** From the id of one node to that of another. */
export interface FlowEdge {
  readonly from: string;
  readonly to: string;
}
