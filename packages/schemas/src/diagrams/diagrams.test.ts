import { parseSchemaOrThrow, type RecordSchema } from "@waybill/avro";
import { describe, expect, it } from "@jest/globals";
import { describeFlow, isDrawable } from "./flow-graph.ts";
import { layOutFlow, nodeHeight } from "./flow-layout.ts";
import { flowSvg } from "./flow-svg.ts";
import type { FlowGraph, FlowNode } from "./graph.ts";
import { flowMermaid, recordMermaid } from "./mermaid.ts";
import { describeRecords, recordGraphOf } from "./record-graph.ts";
import { layOutRecords } from "./record-layout.ts";
import { recordSvg } from "./record-svg.ts";

const node = (kind: FlowNode["kind"], label: string): FlowNode => ({ id: `${kind}:${label}`, kind, label });
const flow: FlowGraph = {
  columns: [
    { label: "Domain", nodes: [node("domain", "orders"), node("domain", "users")] },
    { label: "Topic", nodes: [node("topic", "users.user"), node("topic", "orders.order")] },
    { label: "Consumer", nodes: [node("service", `"<e>"`)] },
  ],
  edges: [
    { from: "domain:orders", to: "topic:orders.order" },
    { from: "domain:users", to: "topic:users.user" },
    { from: "topic:orders.order", to: `service:"<e>"` },
  ],
};

function recordOf(fields: readonly object[]): RecordSchema {
  const { schema } = parseSchemaOrThrow(JSON.stringify({ type: "record", name: "Placed", namespace: "a.b", fields }));
  if (schema.type !== "record") throw new Error("no record");
  return schema;
}

describe("a flow", () => {
  it("is laid out without overlaps, in the order of what leads to it", () => {
    const { nodes, width, height } = layOutFlow(flow);
    const topics = nodes.filter(({ kind }) => kind === "topic").toSorted((a, b) => a.y - b.y);
    expect(topics.map(({ label }) => label)).toEqual(["orders.order", "users.user"]);
    for (const { x, y, width: own } of nodes) {
      expect(x + own).toBeLessThanOrEqual(width);
      expect(y + nodeHeight).toBeLessThanOrEqual(height);
    }
    const [first, second] = topics;
    expect((second?.y ?? 0) - (first?.y ?? 0)).toBeGreaterThanOrEqual(nodeHeight);
  });

  it("is drawn with a text alternative, escaped", () => {
    const svg = flowSvg(flow, {
      id: "f",
      title: "A & B",
      linkOf: ({ label }) => (label === "orders" ? "x.html" : null),
    }).text;
    expect(svg).toContain('aria-labelledby="f-title f-desc"');
    expect(svg).toContain('<title id="f-title">A &amp; B</title>');
    expect(svg).toContain("Domain orders publishes on orders.order.");
    expect(svg).toContain('<a href="x.html">');
    expect(svg).not.toContain("<e>");
  });

  it("says in words what it shows, and is not drawn when it is too large", () => {
    expect(describeFlow(flow)).toContain(`"<e>" read topic orders.order.`);
    expect(isDrawable(flow)).toBe(true);
    const many = Array.from({ length: 41 }, (_, index) => node("topic", `t${index}`));
    expect(
      isDrawable({
        ...flow,
        columns: [
          { label: "Domain", nodes: many },
          { label: "Topic", nodes: [] },
        ],
      }),
    ).toBe(false);
  });

  it("is written for Mermaid with entities for what would end a label", () => {
    expect(flowMermaid(flow)).toBe(`flowchart LR
  n0("orders")
  n1("users")
  n2(["users.user"])
  n3(["orders.order"])
  n4["#34;#60;e#62;#34;"]
  n0 --> n3
  n1 --> n2
  n3 --> n4
`);
  });
});

describe("records", () => {
  const line = {
    type: "record",
    name: "Line",
    fields: [
      { name: "price", type: { type: "bytes", logicalType: "decimal", precision: 4, scale: 2 } },
      { name: "parent", type: ["null", "Line"] },
    ],
  };
  const graph = recordGraphOf(recordOf([{ name: "lines", type: { type: "array", items: line } }]));

  it("are linked by the fields that hold them, recursion included", () => {
    expect(graph.links).toEqual([
      { from: 0, field: 0, to: 1, many: "0..*" },
      { from: 1, field: 1, to: 1, many: "0..1" },
    ]);
    expect(describeRecords(graph)).toBe("Placed.lines holds any number of Line. Line.parent holds at most one Line.");
  });

  it("are drawn within the drawing", () => {
    const { width, height, records, links } = layOutRecords(graph);
    expect(links).toHaveLength(2);
    for (const { x, y, width: own, height: tall } of records) {
      expect(x + own).toBeLessThanOrEqual(width);
      expect(y + tall).toBeLessThanOrEqual(height);
    }
    expect(recordSvg(graph, { id: "r", title: "Records" }).text).toContain("array&lt;Line&gt;");
  });

  it("are written for Mermaid", () => {
    expect(recordMermaid(graph)).toBe(`classDiagram
  class r0["Placed"] {
    lines : Line[]
  }
  class r1["Line"] {
    price : bytes decimal 4,2
    parent : null or Line
  }
  r0 *-- "0..*" r1 : lines
  r1 *-- "0..1" r1 : parent
`);
  });

  it("leave out what is too much, and say so", () => {
    const fields = Array.from({ length: 40 }, (_, index) => ({
      name: `f${index}`,
      type: { type: "record", name: `R${index}`, fields: [] },
    }));
    const large = recordGraphOf(recordOf(fields));
    expect(large).toMatchObject({ omitted: 17, records: { length: 24, 0: { omitted: 26 } } });
    expect(describeRecords(large)).toContain("17 more records are left out.");
    expect(recordMermaid(large)).toContain("and 26 more");
    expect(layOutRecords(large).links).toHaveLength(23);
  });
});
