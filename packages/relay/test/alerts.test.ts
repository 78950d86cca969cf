import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";
import { parse } from "yaml";
import { parsePromQuery, promQueryProblem } from "./promql.ts";
import { findPromtool } from "./promtool.ts";

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string; readonly runbook: string };
}

const folder = fileURLToPath(new URL("../alerts/", import.meta.url));
const read = (name: string) => readFileSync(new URL(name, import.meta.url), "utf8");
const file: { groups: readonly { rules: readonly Rule[] }[] } = parse(read("../alerts/outbox-relay.rules.yml"));
const rules = file.groups.flatMap((group) => group.rules);
const ruleTests = read("../alerts/outbox-relay.rules.test.yml");
const [, runbook = ""] = /\n### Woken at night\n([\s\S]*?)\n### /.exec(read("../README.md")) ?? [];

it.each(rules)("$alert asks in PromQL for what the relay exports", ({ expr }) => {
  expect(promQueryProblem(expr)).toBeNull();
});

it.each(rules)(
  "$alert says how bad it is, what is wrong and where the runbook is",
  ({ alert, labels, annotations }) => {
    expect(labels).toEqual({ severity: expect.stringMatching(/^(page|ticket)$/) });
    expect(annotations).toEqual({
      summary: expect.stringMatching(/\.$|\)\.$/),
      description: expect.stringMatching(/\.$/),
      runbook: `@waybill/relay/README.md#${alert.toLowerCase()}`,
    });
  },
);

it.each(rules)("$alert has an entry in the runbook", ({ alert }) => {
  expect(runbook).toContain(`\n#### ${alert}\n`);
});

it("the runbook has no entry without an alert", () => {
  const entries = [...runbook.matchAll(/^#### (.*)$/gm)].map(([, title]) => title);
  expect(entries).toEqual(rules.map(({ alert }) => alert));
});

it.each(rules)("$alert is seen firing by a test of the rules", ({ alert }) => {
  expect(ruleTests).toMatch(new RegExp(`alertname(="|: )${alert}\\b`));
});

describe("promQueryProblem", () => {
  it.each([
    ["sum by (job) (waybill_relay_ready", "is not PromQL"],
    ["waybill_relay_redy == 0", "waybill_relay_redy"],
    ["waybill_relay_send_duration_seconds > 1", "waybill_relay_send_duration_seconds"],
    ['waybill_relay_errors_total{sort="broker"}', "labels that its metrics do not have: sort"],
  ])("sees what is wrong with %s", (expression, problem) => {
    expect(promQueryProblem(expression)).toContain(problem);
  });

  it("finds metrics and labels", () => {
    expect(parsePromQuery('rate(a_total{b="c"}[5m]) / on (d) sum by (e) (f)')).toEqual({
      errors: [],
      metrics: ["a_total", "f"],
      labels: ["b", "d", "e"],
    });
  });
});

describe("promtool", () => {
  const promtool = findPromtool();
  if ("missing" in promtool) process.stderr.write(`skipped: promtool on the alerts: ${promtool.missing}\n`);
  const run = "missing" in promtool ? it.skip : it;
  const call = (...args: readonly string[]) => {
    if ("missing" in promtool) throw new Error(promtool.missing);
    const { status, stdout, stderr } = spawnSync(promtool.path, args, { cwd: folder, encoding: "utf8" });
    return { status, output: stdout + stderr };
  };

  run("loads the rules", () => {
    expect(call("check", "rules", "outbox-relay.rules.yml")).toEqual({
      status: 0,
      output: expect.stringContaining(`SUCCESS: ${rules.length} rules found`),
    });
  });

  run("sees every alert fire when it should, and not before", () => {
    expect(call("test", "rules", "outbox-relay.rules.test.yml")).toEqual({
      status: 0,
      output: expect.stringContaining("SUCCESS"),
    });
  });
});
