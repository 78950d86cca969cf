import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { TestDatabase } from "@waybill/harness";
import type pg from "pg";
import { parseSnapshot, type Snapshot } from "../src/cursors/snapshot.ts";
import { backlogFloorQuery, topIdQuery, windowFloorQuery } from "../src/sql/backlog-bounds.ts";
import { backlogSelect } from "../src/sql/backlog-copy.ts";
import { currentSnapshot } from "../src/sql/current-snapshot.ts";
import { sessionSettings } from "../src/sql/session-settings.ts";
import { newestWindowParameters, newestWindowQuery, windowParameters, windowQuery } from "../src/sql/window-query.ts";
import { connect, createOutboxDatabase, withClient } from "./outbox-database.ts";

const SHARDS = Array.from({ length: 64 }, (_, shard) => shard);
/** Enough rows in one slot for a sequential scan and a sort to be the cheaper plan, were they allowed. */
const PUBLISHED_ROWS = 30_000;

interface PlanNode {
  readonly "Node Type": string;
  readonly "Index Name"?: string;
  readonly "Actual Rows"?: number;
  readonly Plans?: readonly PlanNode[];
}

/** What the statistics know of the table. */
const states = [
  { state: "never analysed", prepare: async () => {} },
  { state: "analysed", prepare: (client: pg.Client) => client.query("ANALYZE waybill.outbox").then(() => {}) },
  { state: "analysed empty, then bulk loaded", analyseFirst: true, prepare: async () => {} },
];

describe.each(states)("the reader's plans, $state", ({ analyseFirst = false, prepare }) => {
  let database: TestDatabase;
  let client: pg.Client;
  let s1: Snapshot;
  let s2: Snapshot;

  beforeAll(async () => {
    database = await createOutboxDatabase();
    await withClient(database.url, async (loader) => {
      if (analyseFirst) await loader.query("ANALYZE waybill.outbox");
      await load(loader, PUBLISHED_ROWS);
      s1 = await currentSnapshot(loader);
      await load(loader, 500);
      s2 = await currentSnapshot(loader);
      await prepare(loader);
    });
    client = await connect(database.url);
    await client.query(sessionSettings);
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  it.each(["newest", "given"])("reads a small window by (xid, id) alone, its end being %s", async (end) => {
    // What was loaded first had not ended in S1, so that both branches have work.
    const { rows } = await client.query<{ xid: string }>("SELECT min(xid) AS xid FROM waybill.outbox");
    const loading = rows[0]?.xid;
    const open = parseSnapshot(`${loading}:${s1.xmax}:${loading}`);
    const read = { s1: open, s2, shards: SHARDS, maxEvents: 1_000 };
    const parameters = end === "newest" ? newestWindowParameters(read) : windowParameters(read);
    const query = end === "newest" ? newestWindowQuery : windowQuery;
    await client.query(`PREPARE plan_${end}_window AS ${query}`);
    const nodes = await explain(`EXECUTE plan_${end}_window(${parameters.map(literal).join(", ")})`);
    expectIndexScansOnly(nodes, /_xid_id_idx/);
    expect(indexScans(nodes)).toHaveLength(16);
    // The sort is of what the inner LIMIT let through, and of the row with the snapshot.
    const sorted = end === "newest" ? 1_002 : 1_001;
    expect(nodes.filter((node) => node["Node Type"] === "Sort").map((node) => node["Actual Rows"])).toEqual([sorted]);
  });

  it("reads a backlog by (id) alone, in order, without a sort", async () => {
    const select = backlogSelect({
      s1,
      s2,
      shards: SHARDS,
      afterId: PUBLISHED_ROWS,
      toId: PUBLISHED_ROWS + 500,
      maxEvents: 100,
    });
    const nodes = await explain(select);
    expectIndexScansOnly(nodes, /_id_idx/, /_xid_id_idx/);
    expect(nodes.filter((node) => node["Node Type"].includes("Sort"))).toEqual([]);
    expect(nodes[0]?.["Actual Rows"]).toBe(100);
    const walked = indexScans(nodes).reduce((sum, node) => sum + (node["Actual Rows"] ?? 0), 0);
    expect(walked).toBeLessThan(200);
  });

  it("finds floor and top by index look-ups", async () => {
    await client.query(`PREPARE plan_floor(pg_snapshot) AS ${backlogFloorQuery}`);
    const floor = await explain(`EXECUTE plan_floor('${s1.text}')`);
    expectIndexScansOnly(floor, /_idx/);
    await client.query(`PREPARE plan_window_floor AS ${windowFloorQuery}`);
    const bounds = [s1.xmax, s2.xmax, [s1.xmax], 1_000].map(literal).join(", ");
    const windowFloor = await explain(`EXECUTE plan_window_floor(${bounds})`);
    expectIndexScansOnly(windowFloor, /_xid_id_idx/);
    expect(indexScans(windowFloor).reduce((sum, node) => sum + (node["Actual Rows"] ?? 0), 0)).toBeLessThan(2_000);
    const top = await explain(topIdQuery);
    expectIndexScansOnly(top, /_id_idx/, /_xid_id_idx/);
    const read = [...indexScans(floor), ...indexScans(top)].reduce((sum, node) => sum + (node["Actual Rows"] ?? 0), 0);
    expect(read).toBeLessThan(40);
  });

  async function explain(statement: string): Promise<PlanNode[]> {
    const { rows } = await client.query<{ "QUERY PLAN": [{ Plan: PlanNode }] }>(
      `EXPLAIN (ANALYZE, TIMING OFF, FORMAT json) ${statement}`,
    );
    return flatten((rows[0] as { "QUERY PLAN": [{ Plan: PlanNode }] })["QUERY PLAN"][0].Plan);
  }
});

function load(client: pg.Client, rows: number): Promise<unknown> {
  return client.query(
    `INSERT INTO waybill.outbox (event_id, topic, key, schema_id, payload, headers)
     SELECT gen_random_uuid(), 't', 'k' || n % 100, 1, decode(repeat('ab', 100), 'hex'), '\\x00'
     FROM generate_series(1, $1::int) AS n`,
    [rows],
  );
}

function flatten(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(flatten)];
}

function indexScans(nodes: readonly PlanNode[]): PlanNode[] {
  return nodes.filter((node) => node["Index Name"] !== undefined);
}

function expectIndexScansOnly(nodes: readonly PlanNode[], index: RegExp, except?: RegExp): void {
  const scans = nodes.filter(
    (node) => node["Node Type"].includes("Scan") && !/^(CTE|Subquery)/.test(node["Node Type"]),
  );
  expect(scans.length).toBeGreaterThan(0);
  for (const scan of scans) {
    expect(scan["Node Type"]).toMatch(/^Index/);
    expect(scan["Index Name"]).toMatch(index);
    if (except !== undefined) expect(scan["Index Name"]).not.toMatch(except);
  }
}

function literal(value: unknown): string {
  if (Array.isArray(value)) return `'{${value.join(",")}}'`;
  return `'${String(value)}'`;
}
