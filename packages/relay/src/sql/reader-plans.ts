import type pg from "pg";
import { parseSnapshot } from "../cursors/snapshot.ts";
import { backlogSelect } from "./backlog-copy.ts";
import { currentSnapshot } from "./current-snapshot.ts";
import { newestWindowParameters, newestWindowQuery } from "./window-query.ts";

/** How PostgreSQL would run a query of the reader. */
export interface ReaderPlan {
  /** The scans that use no index of the right kind, such as `Seq Scan on outbox_3`. */
  readonly wrongScans: readonly string[];
}

interface PlanNode {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Index Name"?: string;
  readonly Plans?: readonly PlanNode[];
}

const ALL_SHARDS = Array.from({ length: 64 }, (_, shard) => shard);

/** The plan of the steady state's query, which must use the index on (xid, id). Needs the reader's session settings. */
export async function explainWindow(client: pg.Client): Promise<ReaderPlan> {
  // From before the first ordinary transaction, with one running then: else the planner knows that nothing is in it.
  const s1 = parseSnapshot("3:4:3");
  const values = newestWindowParameters({ s1, shards: ALL_SHARDS, maxEvents: 1_000 });
  const { rows } = await client.query<{ "QUERY PLAN": [{ Plan: PlanNode }] }>(
    `EXPLAIN (FORMAT json) ${newestWindowQuery}`,
    values,
  );
  return planOf(rows, /_xid_id(_|$)/);
}

/** The plan of a backlog's query, which must use the index on (id). Needs the reader's session settings. */
export async function explainBacklog(client: pg.Client): Promise<ReaderPlan> {
  const s2 = await currentSnapshot(client);
  const read = { s1: parseSnapshot("3:3:"), s2, shards: ALL_SHARDS, afterId: 0, toId: 1_000_000, maxEvents: 1_000 };
  const { rows } = await client.query<{ "QUERY PLAN": [{ Plan: PlanNode }] }>(
    `EXPLAIN (FORMAT json) ${backlogSelect(read)}`,
  );
  return planOf(rows, /(?<!_xid)_id(_|$)/);
}

function planOf(rows: readonly { "QUERY PLAN": [{ Plan: PlanNode }] }[], index: RegExp): ReaderPlan {
  const scans = flatten((rows[0] as { "QUERY PLAN": [{ Plan: PlanNode }] })["QUERY PLAN"][0].Plan).filter(
    (node) => node["Relation Name"] !== undefined,
  );
  return { wrongScans: scans.filter((node) => !index.test(node["Index Name"] ?? "")).map(nameOf) };
}

function flatten(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(flatten)];
}

function nameOf(node: PlanNode): string {
  const index = node["Index Name"] === undefined ? "" : ` using ${node["Index Name"]}`;
  return `${node["Node Type"]}${index} on ${node["Relation Name"]}`;
}
