import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { TestDatabase } from "@waybill/harness";
import { type RunningRegistry, startRegistry } from "@waybill/registry";
import type pg from "pg";
import type { InspectReport } from "../src/commands/inspect/inspect-report.ts";
import { json, operatorCli } from "./operator-cli.ts";
import { connect, createOutboxDatabase } from "./outbox-database.ts";

let database: TestDatabase;
let registry: RunningRegistry;
let client: pg.Client;

beforeAll(async () => {
  [database, registry] = await Promise.all([createOutboxDatabase(), startRegistry()]);
  client = await connect(database.url);
});
afterAll(async () => {
  await client.end();
  await Promise.all([database.drop(), registry.stop()]);
});

describe("outbox-relay seed", () => {
  it("writes real events at the rate asked for", async () => {
    const flags = ["--rate", "400", "--count", "200", "--keys", "5", "--size", "64", "--json"];
    const done = await operatorCli(["seed", ...flags, "--database-url", database.url]);
    const { firstId, lastId, elapsedMs, run } = json<{
      firstId: number;
      lastId: number;
      elapsedMs: number;
      run: string;
    }>(done);
    expect(lastId - firstId).toBe(199);
    expect(elapsedMs).toBeGreaterThanOrEqual(490);
    const { rows } = await client.query<{ keys: number; rows: number; topics: string }>(
      "SELECT count(DISTINCT key)::int AS keys, count(*)::int AS rows, min(topic) AS topics FROM waybill.outbox",
    );
    expect(rows).toEqual([{ keys: 5, rows: 200, topics: "waybill.rehearsal" }]);
    const inspected = await operatorCli(["inspect", String(lastId), "--json", "--database-url", database.url]);
    expect(json<InspectReport[]>(inspected)[0]).toMatchObject({
      payload: { run, number: 200, key: "key-0" },
      headers: expect.arrayContaining([["waybill-rehearsal", run]]),
    });
    expect((await client.query("SELECT FROM waybill.schema")).rowCount).toBe(1);
  });

  it("stops where it stands when it shall end", async () => {
    const ending = new AbortController();
    const done = operatorCli(["seed", "--rate", "50", "--json", "--database-url", database.url], {
      shutdown: ending.signal,
    });
    setTimeout(() => ending.abort(), 100);
    const { code, stdout } = await done;
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { topic: "waybill.rehearsal" }]);
  });

  it("writes nothing that the registry would not let out, unless told to register it", async () => {
    const before = await client.query("SELECT FROM waybill.outbox");
    const flags = [
      "seed",
      "--rate",
      "1000",
      "--count",
      "10",
      "--database-url",
      database.url,
      "--registry-url",
      registry.url,
    ];
    const refused = await operatorCli(flags);
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("seed wrote nothing: the registry does not know"),
    });
    expect((await client.query("SELECT FROM waybill.outbox")).rowCount).toBe(before.rowCount);
    expect((await operatorCli([...flags, "--register"])).code).toBe(0);
    expect((await operatorCli(flags)).code).toBe(0);
  });

  it("refuses a database elsewhere without --yes, before it connects", async () => {
    const url = "postgresql://me:s3cret@db.example.com/shop";
    const { code, stderr } = await operatorCli(["seed", "--rate", "1", "--database-url", url]);
    expect(stderr).toContain("--yes is missing: db.example.com/shop is not on this machine");
    expect(stderr).not.toContain("s3cret");
    expect(code).toBe(2);
  });
});
