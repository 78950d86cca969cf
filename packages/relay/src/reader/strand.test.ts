import { expect, it } from "@jest/globals";
import type { Cursor } from "../cursors/cursor.ts";
import type { OutboxReads } from "./outbox-reads.ts";
import { parseSnapshot } from "../cursors/snapshot.ts";
import type { BacklogRead } from "../sql/backlog-copy.ts";
import type { WindowRow } from "../sql/window-query.ts";
import { emptyRowView } from "../rows/row-view.ts";
import { Strand } from "./strand.ts";

const S1 = parseSnapshot("10:10:");
const S2 = parseSnapshot("20:20:");
const at = (s1 = S1, s2: Cursor["s2"] = null, lastId = 0): Cursor => ({ s1, s2, lastId });

interface Script {
  readonly snapshot?: string;
  /** Ids of the window's rows; null: too many for one statement. */
  readonly window?: readonly number[] | null;
  readonly floor?: number;
  readonly top?: number;
  /** Ids of all rows of the window, for COPY. */
  readonly backlog?: readonly number[];
}

/** Answers by a script, and keeps what was asked. */
function scripted(script: Script) {
  const { snapshot = S2.text, floor = 0, top = 0, backlog = [] } = script;
  const rows = () => (script.window === null ? null : (script.window ?? []).map(windowRow));
  const asked: string[] = [];
  const reads: OutboxReads = {
    currentSnapshot: async () => (asked.push("snapshot"), parseSnapshot(snapshot)),
    newestWindow: async () => {
      asked.push("newest window");
      return { s2: parseSnapshot(snapshot), rows: rows() };
    },
    window: async () => (asked.push("window"), rows()),
    floor: async () => (asked.push("floor"), floor),
    topId: async () => (asked.push("top"), top),
    backlog: async (read: BacklogRead, sink) => {
      const { afterId, toId, maxEvents } = read;
      asked.push(`copy ${afterId}..${toId} limit ${maxEvents}`);
      const ids = backlog.filter((id) => id > afterId && id <= toId).slice(0, maxEvents);
      let isTaken = true;
      for (const id of ids) isTaken &&= await sink.take({ ...emptyRowView(), id, payloadEnd: 100 });
      return { rows: ids.length, isTaken };
    },
  };
  return { asked, reads };
}

function windowRow(id: number): WindowRow {
  const bytes = Buffer.alloc(0);
  const occurred_at = new Date(0);
  return {
    id: String(id),
    shard: 0,
    topic: "t",
    key: null,
    schema_id: "1",
    payload: bytes,
    headers: bytes,
    occurred_at,
  };
}

function strandOf(reads: OutboxReads, position = at(), maxBatchBytes = 1_000_000) {
  const strand = new Strand({ reads, batchSize: 3, maxBatchBytes }, [0], position);
  const ids: number[] = [];
  let refused = Number.POSITIVE_INFINITY;
  const take = ({ id }: { readonly id: number }) => id !== refused && ids.push(id) > 0;
  return { strand, ids, read: (end = null) => strand.read({ take }, end), refuse: (id: number) => (refused = id) };
}

it("looks at no table when the snapshot is that of the last time", async () => {
  const { asked, reads } = scripted({ snapshot: S1.text });
  const { strand, read } = strandOf(reads);
  expect(await read()).toBeNull();
  expect(asked).toEqual(["snapshot"]);
  expect(strand.position).toEqual(at());
});

it("goes on past a window without rows of its shards", async () => {
  const { strand, read } = strandOf(scripted({ window: [] }).reads);
  expect(await read()).toBeNull();
  expect(strand.position).toEqual(at(S2));
});

it("reads a small window at once", async () => {
  const { asked, reads } = scripted({ window: [7, 9] });
  const { strand, ids, read } = strandOf(reads);
  const batch = await read();
  expect(ids).toEqual([7, 9]);
  expect(batch).toMatchObject({ groups: [0], events: 2, lastId: 9, next: at(S2, null, 9) });
  expect(batch?.partial(7)).toEqual(at(S1, S2, 7));
  expect(strand.isInWindow).toBe(false);
  expect(asked).toEqual(["snapshot", "newest window"]);
});

it("asks for the snapshot alone only when three looks in a row found nothing", async () => {
  const script = { snapshot: S2.text, window: [7] };
  const { asked, reads } = scripted(script);
  const { read } = strandOf(reads);
  await read();
  script.window = [];
  for (let look = 0; look < 4; look++) await read();
  const looks = Array.from({ length: 4 }, () => "newest window");
  expect(asked).toEqual(["snapshot", ...looks, "snapshot"]);
});

it("reads up to where another strand stands, without a snapshot of its own", async () => {
  const { asked, reads } = scripted({ window: [7] });
  const { strand } = strandOf(reads);
  await strand.read({ take: () => true }, parseSnapshot("15:15:"));
  expect(asked).toEqual(["window"]);
  expect(strand.position.s1.text).toBe("15:15:");
});

it("reads a large window by id from its floor, and ends it when it has seen its top", async () => {
  const { asked, reads } = scripted({ window: null, floor: 5, top: 9, backlog: [5, 6, 8, 9] });
  const { strand, ids, read } = strandOf(reads);
  expect(await read()).toMatchObject({ events: 3, next: at(S1, S2, 8) });
  expect(strand.isInWindow).toBe(true);
  expect(await read()).toMatchObject({ events: 1, next: at(S2, null, 9) });
  expect(ids).toEqual([5, 6, 8, 9]);
  expect(asked).toEqual(["snapshot", "newest window", "floor", "top", "copy 4..9 limit 3", "copy 8..9 limit 3"]);
});

it("walks over what is of other windows a million ids at a time", async () => {
  const { asked, reads } = scripted({ window: null, floor: 1, top: 2_500_000, backlog: [2_400_000] });
  const { strand, read } = strandOf(reads);
  expect(await read()).toBeNull();
  expect(strand.isInWindow).toBe(true);
  expect(await read()).toBeNull();
  expect(await read()).toMatchObject({ events: 1, next: at(S2, null, 2_500_000) });
  expect(asked.slice(4)).toEqual([
    "copy 0..1000000 limit 3",
    "copy 1000000..2000000 limit 3",
    "copy 2000000..2500000 limit 3",
  ]);
});

it("asks COPY for no more rows than fit, once it knows what one weighs", async () => {
  const backlog = [1, 2, 3, 4, 5, 6];
  const { asked, reads } = scripted({ top: 6, backlog });
  const { ids, read } = strandOf(reads, at(S1, S2, 0), 150);
  await read(); // 100 bytes each: two are over the limit
  await read();
  expect(ids).toEqual([1, 2, 3, 4]);
  expect(asked).toEqual(["top", "copy 0..6 limit 3", "copy 2..6 limit 2"]);
});

it.each([
  { window: [7, 8, 9], refused: 8, taken: [7], position: at(S1, S2, 7) },
  { window: [7, 8, 9], refused: 7, taken: [], position: at() },
])("stands before a refused row, $refused of $window", async ({ window, refused, taken, position }) => {
  const { strand, ids, read, refuse } = strandOf(scripted({ window }).reads);
  refuse(refused);
  await read();
  expect(ids).toEqual(taken);
  expect(strand.position).toEqual(position);
});

it("refuses a database whose transaction ids are behind the cursor", async () => {
  const { read } = strandOf(scripted({ snapshot: "9:9:" }).reads);
  await expect(read()).rejects.toMatchObject({ code: "XIDS_WENT_BACK" });
});
