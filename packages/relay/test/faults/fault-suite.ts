import { appendFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { startPostgresServer } from "@waybill/harness";
import { withClient } from "../outbox-database.ts";
import type { Fault } from "./fault.ts";
import { type FaultRig, postgresSettings, startFaultRig } from "./fault-rig.ts";
import { FaultRun } from "./fault-run.ts";
import { readFaultSettings } from "./fault-settings.ts";
import { brokenBudget, type FaultResult, faultTable } from "./fault-table.ts";
import { someReady } from "./relay-crew.ts";

export interface FaultSuiteOptions {
  readonly faults: readonly Fault[];
  /** Brokers of its Kafka. */
  readonly brokers: number;
  /** Whether its first broker's disk can be filled. Default false. */
  readonly hasSmallDisk?: boolean;
}

/** Committed and not on the topic after so long: lost. */
const DRAIN_MS = 60_000;

/** A test for each fault, on services of the suite's own; only when `pnpm faults` or `pnpm test:faults` asks for it. */
export function faultSuite(name: string, { faults, ...services }: FaultSuiteOptions): void {
  const isAsked = process.env["WAYBILL_FAULTS_SECONDS"] !== undefined;
  if (!isAsked) process.stderr.write(`skipped: faults of ${name}, which pnpm test:faults runs on Apache Kafka\n`);
  const settings = readFaultSettings(process.env);
  const results: FaultResult[] = [];
  let rig: FaultRig;

  (isAsked ? describe : describe.skip)(`faults of ${name}, ${settings.seconds} s each, seed ${settings.seed}`, () => {
    beforeAll(async () => {
      rig = await startFaultRig({ ...services, relays: Math.max(2, settings.relays) });
    }, 180_000);
    afterAll(async () => {
      if (settings.reportFile === null) process.stdout.write(`\n${faultTable(results)}\n\n`);
      await rig.stop();
    }, 60_000);

    it.each(faults.map((fault) => [fault.name, fault] as const))(
      "%s",
      async (_name, fault) => {
        const startedAt = performance.now();
        const result = await playFault(rig, fault, DRAIN_MS);
        if (result === null) return;
        const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
        process.stdout.write(`${fault.name}: ${result.strikes} strikes, ${result.committed} events, ${seconds} s\n`);
        results.push(result);
        if (settings.reportFile !== null) appendFileSync(settings.reportFile, `${JSON.stringify(result)}\n`);
        expect(brokenBudget(result)).toEqual([]);
        expect(result.strikes).toBeGreaterThan(0);
      },
      180_000 + settings.seconds * 3_000,
    );

    it("would find what a relay that skips a batch has lost", async () => {
      const result = await playFault(rig, skipping, 500);
      expect(result?.lost).toBeGreaterThan(0);
    });
  });

  /** Null when it cannot be made here. */
  async function playFault({ postgres: shared }: FaultRig, fault: Fault, drainMs: number): Promise<FaultResult | null> {
    const own =
      fault.postgres === undefined ? null : await startPostgresServer({ ...postgresSettings, ...fault.postgres });
    const run = await FaultRun.prepare({
      fault: fault.name,
      rig,
      postgres: own ?? shared,
      settings,
      relays: Math.max(fault.relays ?? 1, settings.relays),
      writers: fault.writers ?? {},
      drainMs,
      ...(fault.leaseMs !== undefined && { leaseMs: fault.leaseMs }),
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
      const result = await run.finish({ mayForget: fault.mayForget ?? false });
      if (brokenBudget(result).length > 0) process.stdout.write(logOf(run));
      return result;
    } catch (error) {
      process.stdout.write(logOf(run));
      throw error;
    } finally {
      await run.cleanUp();
      if (own !== null) await own.remove();
      else await withClient(shared.url, (client) => client.query(`DROP DATABASE ${run.database} WITH (FORCE)`));
    }
  }
}

/** What the relays told meanwhile, for whoever looks for the reason. */
function logOf(run: FaultRun): string {
  const lines = run.crew.flatMap((member, n) => member.log.map((line) => `relay ${n}: ${JSON.stringify(line)}\n`));
  return lines.join("");
}

const skipping: Fault = {
  name: "negative control: the cursor is moved past events",
  async play(run) {
    await run.progress();
    await Promise.all(run.crew.map((member) => member.stop()));
    await run.stopWriters();
    await run.query("UPDATE waybill.relay_cursor SET s1 = pg_current_snapshot(), s2 = NULL");
  },
};
