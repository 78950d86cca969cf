import { expect } from "@jest/globals";
import { eventually } from "@waybill/harness";
import type pg from "pg";
import { connect, withClient } from "../outbox-database.ts";
import { breakNetwork, networkFaults } from "./broker-fails.ts";
import type { Fault } from "./fault.ts";
import type { FaultRun } from "./fault-run.ts";
import { hasTakenOver, sharers } from "./takeover.ts";
import { flushWal, noteCrash } from "./wal.ts";

/** Faults between relay and database, and of the database, after which it knows what it knew. */
export const databaseFails: readonly Fault[] = [
  {
    name: "the network to PostgreSQL is cut, half-closed, slow, stalled or black",
    play: (run) =>
      run.strikeByEach(networkFaults, (way) => breakNetwork(run, [run.pick(run.routes).toDatabase], way, "session")),
  },
  {
    name: "two relays, each cut off from the database or the broker",
    relays: 2,
    play: (run) =>
      run.strikeByEach(networkFaults, async (way) => {
        const { toDatabase, toBrokers } = run.pick(run.routes);
        if (run.random() < 0.5) await breakNetwork(run, [toDatabase], way, "session");
        else await breakNetwork(run, toBrokers, way, "reply");
      }),
  },
  {
    name: "two relays, one cut off from PostgreSQL until the other has taken over; late bytes arrive",
    relays: 2,
    leaseMs: 1_500,
    play: (run) => run.strikeByEach(["stall", "blackhole"] as const, (way) => cutOffUntilReplaced(run, way)),
  },
  {
    name: "PostgreSQL is restarted",
    postgres: {},
    play: (run) =>
      run.strikeRepeatedly(async () => {
        await run.postgres.stop();
        run.noteStrike("session");
        await run.last(300);
        await run.postgres.start();
      }),
  },
  {
    name: "a process of PostgreSQL is killed, and it recovers by itself",
    postgres: {},
    play: (run) =>
      run.strikeRepeatedly(async () => {
        const flushedAt = await flushWal(run);
        await run.progress();
        const [backend] = await run.query<{ pid: number }>(`SELECT pid FROM pg_stat_activity WHERE ${RELAYS} LIMIT 1`);
        if (backend === undefined) return; // none is connected: the next strike
        process.kill(backend.pid, "SIGKILL");
        await eventually(() =>
          run.query("SELECT").then(
            () => true,
            () => false,
          ),
        );
        await noteCrash(run, flushedAt);
      }),
  },
  {
    name: "PostgreSQL refuses connections: all are taken",
    postgres: { max_connections: "30" },
    play: (run) => run.strikeRepeatedly(() => takeAllConnections(run)),
  },
  {
    name: "statements of the relay time out",
    writers: { holdsOpen: false }, // nobody would ever get the whole table
    play: (run) =>
      run.strikeRepeatedly(async () => {
        await cancelStatements(run);
        await lockTable(run, run.pick(["waybill.outbox", "waybill.relay_cursor"]));
      }),
  },
];

/** Its broker still takes what it sends; its lease is over before it hears of anything. */
async function cutOffUntilReplaced(run: FaultRun, way: "stall" | "blackhole"): Promise<void> {
  const { member, route } = run.pick(await sharers(run));
  route.toDatabase[way]();
  run.noteStrike("session");
  await hasTakenOver(run, member);
  await run.progress();
  route.toDatabase.heal();
}

/** The relay is cut while there is no connection left for it, not even one of those that superusers have. */
async function takeAllConnections(run: FaultRun): Promise<void> {
  const taken: pg.Client[] = [];
  const take = async () => {
    for (;;) taken.push(await connect(run.databaseUrl));
  };
  await expect(take()).rejects.toMatchObject({ code: "53300" });
  for (const { toDatabase } of run.routes) toDatabase.reset();
  run.noteStrike("session");
  // Whoever of relays and writers had one has lost it to this.
  await expect(take()).rejects.toMatchObject({ code: "53300" });
  await eventually(async () => {
    const answers = await Promise.all(run.crew.map((member) => member.readiness()));
    return answers.some((answer) => answer?.text.includes('"database"'));
  });
  await Promise.all(taken.map((client) => client.end()));
}

const RELAYS = "datname = current_database() AND application_name LIKE 'outbox-relay%'";

/** As statement_timeout ends them: the same error, in the midst of whatever the relay asks next. */
async function cancelStatements(run: FaultRun): Promise<void> {
  await run.query(`DO $$ BEGIN
    LOOP
      PERFORM pg_stat_clear_snapshot();
      PERFORM pg_cancel_backend(pid) FROM pg_stat_activity WHERE ${RELAYS} AND state = 'active';
      EXIT WHEN FOUND;
    END LOOP;
  END $$`);
  run.noteStrike("session");
}

/** As a migration does that rewrites the table: nobody reads or writes meanwhile, and waiting statements are ended. */
async function lockTable(run: FaultRun, table: string): Promise<void> {
  await withClient(run.databaseUrl, async (client) => {
    await client.query("BEGIN");
    await client.query(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
    await run.query("SELECT pg_current_xact_id()"); // makes a new snapshot, so that relays look into the outbox
    // Past this transaction, which would see the same activity for as long as it lasts.
    await eventually(async () => {
      const waiting = await run.query(
        `SELECT pid FROM pg_stat_activity WHERE ${RELAYS} AND wait_event_type = 'Lock' AND pg_cancel_backend(pid)`,
      );
      return waiting.length > 0;
    });
    run.noteStrike("session");
    await client.query("COMMIT");
  });
}
