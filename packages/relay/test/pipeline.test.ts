import { beforeEach, expect, it } from "@jest/globals";
import { parseSnapshot } from "../src/cursors/snapshot.ts";
import type { LanePublisher } from "../src/publishers/lane-publisher.ts";
import type { ProblemVerdict } from "../src/publishing/event-problems.ts";
import { Pipeline } from "../src/publishing/pipeline.ts";
import { SchemaIds } from "../src/publishing/schema-ids.ts";
import type { Batch } from "../src/reader/strand.ts";
import { GatedLane } from "./gated-lane.ts";
import { HoldAtProblem } from "./hold-at-problem.ts";
import { rowView } from "./publisher-rows.ts";

const never = new AbortController().signal;
const SHARD_OF_GROUP = [0, 8, 16, 24];

let lanes: GatedLane[];
let pipeline: Pipeline;
let seen: string[];

beforeEach(() => {
  pipeline = createPipeline();
});

function createPipeline(problems = new HoldAtProblem()): Pipeline {
  lanes = [new GatedLane(), new GatedLane()];
  seen = [];
  const publisher: Pick<LanePublisher, "prepareTopic"> = { prepareTopic: () => null };
  return new Pipeline({
    publisher: publisher as LanePublisher, // it is asked for nothing else
    lanes,
    transactions: null,
    schemaIds: new SchemaIds(async () => 1),
    problems,
    retryMaxMs: 1,
    holdRetryMs: 1,
    untilAllowed: async () => {},
    observer: {
      onPause: ({ id }) => seen.push(`pause at ${id}`),
      onHold: ({ id }) => seen.push(`hold at ${id}`),
      onAcknowledged: () => {},
    },
    onPublished: ({ lastId }, times) => seen.push(`published to ${lastId}, ${times.length} events`),
    onGroups: (_, groups) => seen.push(`groups ${groups.join()} through`),
    onPart: (_, lastId) => seen.push(`part to ${lastId}`),
    onFailure: (error) => seen.push(`failure ${String(error)}`),
  });
}

/** Takes rows in, each by its id and its group. */
async function fill(rows: readonly (readonly [id: number, group: number])[]): Promise<Batch> {
  pipeline.begin();
  for (const [id, group] of rows) {
    expect(await pipeline.intake.take({ ...rowView({ id, topic: "t" }), shard: SHARD_OF_GROUP[group] as number })).toBe(
      true,
    );
  }
  const lastId = rows.at(-1)?.[0] ?? 0;
  const next = { s1: parseSnapshot("3:3:"), s2: null, lastId };
  return { groups: [0, 1], next, partial: (id) => ({ ...next, lastId: id }), events: rows.length, bytes: 0, lastId };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

it("sends a batch while the next is filled, and the next only when it is through in all lanes", async () => {
  const first = await fill([
    [1, 0],
    [2, 1],
    [3, 0],
  ]);
  pipeline.launch(first, never);
  await turn();
  const second = await fill([
    [4, 1],
    [5, 0],
  ]);
  expect(lanes.map(({ attempts }) => attempts)).toEqual([[[1, 3]], [[2]]]);
  expect(lanes.map(({ filledEvents }) => filledEvents)).toEqual([1, 1]);
  let isSettled = false;
  const settled = pipeline.settle().then((through) => (isSettled = through));
  lanes[0]?.end();
  await turn();
  expect(isSettled).toBe(false);
  expect(seen).toEqual([]);
  lanes[1]?.end();
  await settled;
  expect(seen).toEqual(["published to 3, 3 events"]);
  pipeline.launch(second, never);
  await turn();
  for (const lane of lanes) lane.end();
  expect(await pipeline.settle()).toBe(true);
  expect(seen).toEqual(["published to 3, 3 events", "published to 5, 2 events"]);
  expect(lanes.map(({ stored }) => stored)).toEqual([
    [1, 3, 5],
    [2, 4],
  ]);
});

it("when a lane holds, tells what precedes the first event that no lane has acknowledged", async () => {
  const batch = await fill([
    [1, 0],
    [2, 1],
    [3, 1],
    [4, 0],
    [5, 0],
  ]);
  pipeline.launch(batch, never);
  await turn();
  lanes[1]?.end();
  await turn();
  lanes[0]?.end({ id: 4, reason: "record-too-large" });
  await turn();
  expect(seen.slice(0, 2)).toEqual(["part to 3", "hold at 4"]);
});

it("tells no part of a batch while another lane may not have stored what precedes it", async () => {
  const batch = await fill([
    [1, 1],
    [2, 0],
    [3, 0],
  ]);
  pipeline.launch(batch, never);
  await turn();
  lanes[0]?.end({ id: 3, reason: "topic-missing" });
  await turn();
  expect(seen.slice(0, 2)).toEqual(["part to 0", "hold at 3"]);
});

it("gives up at the next pause when abandoned, and forgets everything by a reset", async () => {
  const batch = await fill([
    [1, 0],
    [2, 1],
  ]);
  pipeline.launch(batch, never);
  await turn();
  expect(pipeline.isBusy).toBe(true);
  pipeline.abandon();
  lanes[0]?.end({ id: 1, reason: "unavailable" });
  lanes[1]?.end();
  expect(await pipeline.settle()).toBe(false);
  expect(seen).toEqual(["pause at 1", "groups 1 through"]);
  pipeline.reset();
  expect(pipeline.isBusy).toBe(false);
  expect(pipeline.abandoned.aborted).toBe(false);
  expect(await pipeline.settle()).toBe(true);
  expect(lanes.flatMap((lane) => lane.unacknowledged())).toEqual([]);
});

it("ends the session when what is refused can be neither stored nor held", async () => {
  class Broken extends HoldAtProblem {
    override onSend(): Promise<ProblemVerdict> {
      return Promise.reject(new Error("no place for dead letters"));
    }
  }
  pipeline = createPipeline(new Broken());
  const batch = await fill([[1, 0]]);
  pipeline.launch(batch, never);
  await turn();
  lanes[0]?.end({ id: 1, reason: "record-invalid" });
  await expect(pipeline.settle()).rejects.toThrow("no place");
  await turn();
  expect(seen).toEqual(["failure Error: no place for dead letters"]);
});
