import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { metricNames, metricsTable } from "../src/observability/metrics-table.ts";
import { parsePromQuery, promQueryProblem } from "./promql.ts";

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: unknown;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly refId: string; readonly datasource: unknown; readonly expr: string }[];
}

interface Variable {
  readonly name: string;
  readonly type: string;
  readonly query: string | { readonly query: string };
}

interface Dashboard {
  readonly id: null;
  readonly uid: string;
  readonly schemaVersion: number;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly Variable[] };
}

const text = readFileSync(new URL("../dashboards/outbox-relay.json", import.meta.url), "utf8");
const dashboard: Dashboard = JSON.parse(text);
const panels = dashboard.panels.filter(({ type }) => type !== "row");
const targets = panels.flatMap(({ title, targets: ofPanel = [] }) => ofPanel.map((target) => ({ title, ...target })));

/** What Grafana puts in before it asks Prometheus. */
function interpolate(expression: string): string {
  return expression.replaceAll("$__rate_interval", "1m").replaceAll("$job", "shop").replaceAll("$instance", "a|b");
}

it.each(targets)("$title, $refId: asks in PromQL for what the relay exports", ({ expr }) => {
  expect(promQueryProblem(interpolate(expr))).toBeNull();
  expect(interpolate(expr)).not.toContain("$");
  expect(expr.match(/\{job="\$job", instance=~"\$instance"/g)?.length).toBe(
    parsePromQuery(interpolate(expr)).metrics.length,
  );
});

it("shows every metric of the relay but those that only alerts and people need", () => {
  const shown = targets.flatMap(({ expr }) => parsePromQuery(interpolate(expr)).metrics);
  const unshown = metricNames.filter((name) => !shown.some((series) => series.startsWith(metricsTable[name].name)));
  expect(unshown).toEqual(["lastAcknowledgedAt"]);
});

describe("Grafana's model", () => {
  it("is one that Grafana 10.4 and all later versions read", () => {
    expect(dashboard).toMatchObject({ id: null, uid: "waybill-outbox-relay", schemaVersion: 39 });
  });

  it("takes its data source from a variable, everywhere", () => {
    expect(dashboard.templating.list[0]).toMatchObject({ name: "datasource", type: "datasource", query: "prometheus" });
    for (const { datasource } of [...panels, ...targets]) {
      expect(datasource).toEqual({ type: "prometheus", uid: "${datasource}" });
    }
  });

  it("has variables whose queries ask for what the relay exports", () => {
    for (const { type, query } of dashboard.templating.list) {
      if (type !== "query" || typeof query === "string") continue;
      const selector = /^label_values\((?<selector>.*), (?:job|instance)\)$/.exec(query.query)?.groups?.["selector"];
      expect(promQueryProblem(interpolate(selector ?? ""))).toBeNull();
    }
  });

  it("gives panels ids of their own, a title and an explanation", () => {
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { title, description } of panels) {
      expect(title).not.toBe("");
      expect([title, description?.length ?? 0]).not.toEqual([title, 0]);
    }
    for (const { targets: ofPanel = [] } of panels) {
      expect(new Set(ofPanel.map(({ refId }) => refId)).size).toBe(ofPanel.length);
      expect(ofPanel.length).toBeGreaterThan(0);
    }
  });

  it("lays panels out on 24 columns, none on another", () => {
    const cells = new Set<string>();
    for (const { title, gridPos } of dashboard.panels) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          if (cells.has(`${x}, ${y}`)) throw new Error(`${title} covers another panel at ${x}, ${y}`);
          cells.add(`${x}, ${y}`);
        }
      }
    }
  });
});
