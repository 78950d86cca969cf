import type { Catalogue, EventEntry } from "../catalogue/catalogue.ts";
import { compareFiles } from "../finding.ts";
import type { FlowEdge, FlowGraph, FlowNode } from "./graph.ts";

/** Nodes of one column that are drawn: more are no help to the eye. */
export const maxFlowNodes = 40;

/** How all events of a catalogue run from the domains that publish them over topics to the services that read them. */
export function flowOfCatalogue({ events }: Catalogue): FlowGraph {
  return flowOf(events, () => true);
}

/** The same for some events and, when given, one service alone. */
export function flowOfEvents(events: readonly EventEntry[], service?: string): FlowGraph {
  return flowOf(events, (name) => service === undefined || name === service);
}

function flowOf(events: readonly EventEntry[], isShown: (service: string) => boolean): FlowGraph {
  const columns = {
    domain: new Map<string, FlowNode>(),
    topic: new Map<string, FlowNode>(),
    service: new Map<string, FlowNode>(),
  };
  const edges = new Map<string, FlowEdge>();
  const add = (kind: FlowNode["kind"], label: string): string => {
    const id = `${kind}:${label}`;
    columns[kind].set(id, { id, kind, label });
    return id;
  };
  const connect = (from: string, to: string) => edges.set(`${from} ${to}`, { from, to });
  for (const event of events) {
    const topic = add("topic", event.topic);
    connect(add("domain", event.name.domain), topic);
    for (const { service } of event.consumers) if (isShown(service)) connect(topic, add("service", service));
  }
  const sorted = (nodes: ReadonlyMap<string, FlowNode>) =>
    [...nodes.values()].toSorted((a, b) => compareFiles(a.label, b.label));
  const all = [
    { label: "Domain", nodes: sorted(columns.domain) },
    { label: "Topic", nodes: sorted(columns.topic) },
    { label: "Consumer", nodes: sorted(columns.service) },
  ];
  return { columns: all.filter(({ nodes }) => nodes.length > 0), edges: [...edges.values()] };
}

/** Whether a flow is small enough to be drawn. */
export function isDrawable({ columns }: FlowGraph): boolean {
  return columns.length > 1 && columns.every(({ nodes }) => nodes.length <= maxFlowNodes);
}

/** The flow in words, one sentence for each node with edges from it. */
export function describeFlow({ columns, edges }: FlowGraph): string {
  const nodes = columns.flatMap((column) => column.nodes);
  const labels = new Map(nodes.map(({ id, label }) => [id, label]));
  return nodes
    .flatMap((node) => {
      const targets = edges.filter(({ from }) => from === node.id).map(({ to }) => labels.get(to) ?? "");
      if (targets.length === 0) return [];
      const list = targets.toSorted(compareFiles).join(", ");
      return [
        node.kind === "domain" ? `Domain ${node.label} publishes on ${list}.` : `${list} read topic ${node.label}.`,
      ];
    })
    .join(" ");
}
