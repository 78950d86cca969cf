import { afterAll, beforeAll, expect, it } from "@jest/globals";
import type { TestDatabase } from "@waybill/harness";
import type pg from "pg";
import type { Cursor } from "../src/cursors/cursor.ts";
import type { Snapshot } from "../src/cursors/snapshot.ts";
import { judgeSlot } from "../src/retention/ring-slots.ts";
import { currentSnapshot } from "../src/sql/current-snapshot.ts";
import { readRingState } from "../src/sql/ring-state.ts";
import { connect, createOutboxDatabase } from "./outbox-database.ts";
import { insertIntoSlot } from "./ring-rows.ts";
import { seededRandom } from "./seeded-random.ts";

const SEED = 77;
const SLOTS = 8;

let database: TestDatabase;
let client: pg.Client;
let clients: pg.Client[];

beforeAll(async () => {
  database = await createOutboxDatabase();
  client = await connect(database.url);
  clients = await Promise.all(Array.from({ length: 4 }, () => connect(database.url)));
});
afterAll(async () => {
  await Promise.all([client, ...clients].map((each) => each.end()));
  await database.drop();
});

/** Every row, each compared with every cursor: what the definition says. */
const ROW_BY_ROW = `
SELECT slot.n AS slot, NOT EXISTS (
  SELECT FROM waybill.outbox AS o CROSS JOIN waybill.relay_cursor AS c
  WHERE o.slot = slot.n AND NOT (
    pg_visible_in_snapshot(o.xid, c.s1)
    OR coalesce(pg_visible_in_snapshot(o.xid, c.s2) AND o.id <= c.last_id, false))) AS published
FROM generate_series(0, 7) AS slot (n) ORDER BY slot.n`;

it("never calls a slot published that has an unpublished row, in SQL and in code alike", async () => {
  const random = seededRandom(SEED);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const snapshots = await makeHistory(random);
  await client.query("DELETE FROM waybill.relay_cursor WHERE shard_group > 1"); // two cursors are several
  const { rows: ends } = await client.query<{ top: string }>("SELECT max(id)::text AS top FROM waybill.outbox");
  const top = Number(ends[0]?.top);
  let published = 0;
  let missed = 0;
  for (let round = 0; round < 150; round++) {
    for (const group of [0, 1]) {
      const first = Math.floor(random() * snapshots.length);
      const s2 = random() < 0.5 ? null : pick(snapshots.slice(first));
      await saveGroup(group, { s1: snapshots[first] as Snapshot, s2, lastId: Math.ceil(random() * top) });
    }
    const { rows: truth } = await client.query<{ published: boolean }>(ROW_BY_ROW);
    const { rows: claimed } = await client.query<{ published: boolean }>(
      "SELECT waybill.slot_is_published(n::smallint) AS published FROM generate_series(0, 7) AS n ORDER BY n",
    );
    const ring = { ...(await readRingState(client)), currentSlot: -1 };
    for (let slot = 0; slot < SLOTS; slot++) {
      const isPublished = claimed[slot]?.published === true;
      if (isPublished) expect({ slot, round, ...truth[slot] }).toEqual({ slot, round, published: true });
      expect(judgeSlot(ring, slot, 0) !== "unpublished").toBe(isPublished);
      published += isPublished ? 1 : 0;
      missed += !isPublished && truth[slot]?.published === true ? 1 : 0;
    }
  }
  expect(published).toBeGreaterThan(100);
  // Too careful only inside a window of which one part lies before s1 and the other after last_id.
  expect(missed).toBeLessThan(published / 10);
});

/** Transactions that overlap, some rolled back, over all slots in turn; snapshots in between. */
async function makeHistory(random: () => number): Promise<Snapshot[]> {
  const snapshots: Snapshot[] = [];
  const open = new Set<pg.Client>();
  for (let step = 0; step < 240; step++) {
    const on = clients[Math.floor(random() * clients.length)] as pg.Client;
    if (!open.has(on)) {
      await on.query("BEGIN");
      open.add(on);
    } else if (random() < 0.4) {
      await on.query(random() < 0.2 ? "ROLLBACK" : "COMMIT");
      open.delete(on);
      continue;
    }
    await insertIntoSlot(on, { slot: Math.floor(step / 30), ageHours: 30 });
    if (random() < 0.4) snapshots.push(await currentSnapshot(client));
  }
  for (const on of open) await on.query("COMMIT");
  snapshots.push(await currentSnapshot(client));
  return snapshots;
}

async function saveGroup(group: number, { s1, s2, lastId }: Cursor): Promise<void> {
  await client.query(
    "UPDATE waybill.relay_cursor SET s1 = $2::pg_snapshot, s2 = $3::pg_snapshot, last_id = $4 WHERE shard_group = $1",
    [group, s1.text, s2?.text ?? null, lastId],
  );
}
