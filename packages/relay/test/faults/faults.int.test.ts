/**
 * Every fault of the table on a real Kafka and PostgreSQL of its own. Seconds long here; `pnpm faults` runs it for minutes.
 */
import { appendFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type PostgresServer, startPostgresServer } from "@waybill/harness";
import { withClient } from "../outbox-database.ts";
import { brokerFails } from "./broker-fails.ts";
import { databaseFails } from "./database-fails.ts";
import { databaseReplaced } from "./database-replaced.ts";
import type { Fault } from "./fault.ts";
import { type FaultRig, postgresSettings, startFaultRig } from "./fault-rig.ts";
import { FaultRun } from "./fault-run.ts";
import { readFaultSettings } from "./fault-settings.ts";
import { brokenBudget, type FaultResult, faultTable } from "./fault-table.ts";
import { someReady } from "./relay-crew.ts";
import { relayDies } from "./relay-dies.ts";
import { writersStrain } from "./writers-strain.ts";

const settings = readFaultSettings(process.env);
/** The disk last: a broker that has died of it is the slowest to come back. */
const faults: readonly Fault[] = [
  ...relayDies,
  ...writersStrain,
  ...databaseFails,
  ...databaseReplaced,
  ...brokerFails,
];
const results: FaultResult[] = [];

const isOnKafka = process.env["WAYBILL_TEST_BROKER"] === "kafka";
if (!isOnKafka) process.stderr.write("skipped: the fault suite, which pnpm faults runs on Apache Kafka\n");
const onKafka = isOnKafka ? describe : describe.skip;

onKafka(`faults, ${settings.seconds} s each, seed ${settings.seed}`, () => {
  let rig: FaultRig;

  beforeAll(async () => {
    rig = await startFaultRig(Math.max(2, settings.relays));
  }, 180_000);
  afterAll(async () => {
    process.stdout.write(`\n${faultTable(results)}\n\n`);
    await rig.stop();
  }, 60_000);

  it.each(faults.map((fault) => [fault.name, fault] as const))(
    "%s",
    async (_name, fault) => {
      process.stdout.write(`${fault.name} …\n`);
      const startedAt = performance.now();
      const result = await playFault(rig, fault);
      if (result === null) return;
      const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
      process.stdout.write(`  ${result.strikes} strikes, ${result.committed} events, ${seconds} s\n`);
      results.push(result);
      if (settings.reportFile !== null) appendFileSync(settings.reportFile, `${JSON.stringify(result)}\n`);
      expect(brokenBudget(result)).toEqual([]);
      expect(result.strikes).toBeGreaterThan(0);
    },
    180_000 + settings.seconds * 3_000,
  );

  it("would find what a relay that skips a batch has lost", async () => {
    const skipping: Fault = {
      name: "negative control: the cursor is moved past events",
      async play(run) {
        await run.progress();
        await Promise.all(run.crew.map((member) => member.stop()));
        await run.stopWriters();
        await run.query("UPDATE waybill.relay_cursor SET s1 = pg_current_snapshot(), s2 = NULL");
      },
    };
    const result = await playFault(rig, skipping, { drainMs: 1_000 });
    expect(result?.lost).toBeGreaterThan(0);
  });
});

/** Null when it cannot be made here. */
async function playFault(rig: FaultRig, fault: Fault, { drainMs = 60_000 } = {}): Promise<FaultResult | null> {
  const own =
    fault.postgres === undefined ? null : await startPostgresServer({ ...postgresSettings, ...fault.postgres });
  const run = await FaultRun.prepare({
    fault: fault.name,
    rig,
    postgres: own ?? rig.postgres,
    settings,
    relays: Math.max(fault.relays ?? 1, settings.relays),
    writers: fault.writers ?? {},
    drainMs,
  });
  try {
    const obstacle = fault.isImpossible?.(run) ?? null;
    if (obstacle !== null) {
      process.stdout.write(`not made here: ${fault.name}: ${obstacle}\n`);
      return null;
    }
    run.startRelays();
    run.startWriters();
    await someReady(run.crew);
    await fault.play(run);
    return await run.finish({ mayForget: fault.mayForget ?? false });
  } finally {
    await run.cleanUp();
    await (own === null ? dropDatabase(rig.postgres, run.database) : own.remove());
  }
}

function dropDatabase(server: PostgresServer, name: string): Promise<unknown> {
  return withClient(server.url, (client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`));
}
