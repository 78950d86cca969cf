import { expect, it } from "@jest/globals";
import type { KafkaRecord } from "./kafka-port.ts";
import { PartitionLane, type PartitionLaneParts } from "./partition-lane.ts";
import type { Outcome } from "./record-processor.ts";

function recordAt(offset: bigint, bytes = 0): KafkaRecord {
  return { topic: "t", partition: 0, offset, timestampMs: 0, key: null, value: new Uint8Array(bytes), headers: [] };
}

/** A lane whose records end when the test says so. */
function createLane(parts: Partial<PartitionLaneParts> = {}) {
  const started: bigint[] = [];
  const done: bigint[] = [];
  const flow: string[] = [];
  const outcomes: PromiseWithResolvers<Outcome>[] = [];
  const lane = new PartitionLane({
    after: Promise.resolve(),
    process: (record) => {
      started.push(record.offset);
      const outcome = Promise.withResolvers<Outcome>();
      outcomes.push(outcome);
      return outcome.promise;
    },
    done: (record) => done.push(record.offset),
    pause: () => flow.push("pause"),
    resume: () => flow.push("resume"),
    limits: { maxQueuedRecords: 4, maxQueuedBytes: 100 },
    ...parts,
  });
  return { lane, started, done, flow, outcomes };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it("processes one record after the other, in order", async () => {
  const { lane, started, done, outcomes } = createLane();
  lane.enqueue([recordAt(1n), recordAt(2n)]);
  lane.enqueue([recordAt(3n)]);
  await turn();
  expect(started).toEqual([1n]);
  for (let index = 0; index < 3; index += 1) {
    outcomes[index]?.resolve("done");
    await turn();
  }
  expect([started, done]).toEqual([
    [1n, 2n, 3n],
    [1n, 2n, 3n],
  ]);
});

it("finishes the record in hand when it ends, and takes no other", async () => {
  const { lane, started, done, outcomes } = createLane();
  lane.enqueue([recordAt(1n), recordAt(2n)]);
  await turn();
  lane.end();
  lane.enqueue([recordAt(3n)]);
  outcomes[0]?.resolve("done");
  await lane.settled();
  expect([started, done]).toEqual([[1n], [1n]]);
});

it("moves no offset past an abandoned record", async () => {
  const { lane, started, done, outcomes } = createLane();
  lane.enqueue([recordAt(1n), recordAt(2n)]);
  await turn();
  outcomes[0]?.resolve("abandoned");
  await lane.settled();
  expect([started, done]).toEqual([[1n], []]);
});

it("pauses its partition when full and resumes it when half empty", async () => {
  const { lane, flow, outcomes } = createLane();
  lane.enqueue([1n, 2n, 3n, 4n, 5n].map((offset) => recordAt(offset)));
  expect(flow).toEqual(["pause"]);
  await turn();
  outcomes[0]?.resolve("done");
  await turn();
  expect(flow).toEqual(["pause"]);
  outcomes[1]?.resolve("done");
  await turn();
  expect(flow).toEqual(["pause", "resume"]);
});

it("pauses for few records when they are large", async () => {
  const { lane, flow, outcomes } = createLane();
  lane.enqueue([recordAt(1n, 60), recordAt(2n, 60)]);
  expect(flow).toEqual(["pause"]);
  await turn();
  outcomes[0]?.resolve("done");
  await turn();
  expect(flow).toEqual(["pause", "resume"]);
});

it("leaves the flow alone once it has ended", async () => {
  const { lane, flow, outcomes } = createLane();
  lane.enqueue([1n, 2n, 3n, 4n, 5n].map((offset) => recordAt(offset)));
  await turn();
  lane.end();
  outcomes[0]?.resolve("done");
  await lane.settled();
  expect(flow).toEqual(["pause"]);
});

it("waits for the lane of the assignment before", async () => {
  const before = Promise.withResolvers<void>();
  const { lane, started } = createLane({ after: before.promise });
  lane.enqueue([recordAt(1n)]);
  await turn();
  expect(started).toEqual([]);
  before.resolve();
  await turn();
  expect(started).toEqual([1n]);
});
