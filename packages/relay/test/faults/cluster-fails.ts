import { expect } from "@jest/globals";
import { eventually, type KafkaServer } from "@waybill/harness";
import type { Admin, PartitionMetadata } from "kafkajs";
import { partitionOfKey } from "../../src/publishers/murmur2.ts";
import { kafkaOf } from "../topic-reader.ts";
import { breakNetwork, networkFaults } from "./broker-fails.ts";
import type { Fault } from "./fault.ts";
import type { FaultRun } from "./fault-run.ts";

/** Faults of a Kafka of three brokers, with three replicas of which two must be in sync. */
export const clusterFails: readonly Fault[] = [
  {
    name: "SIGKILL of a leader among three brokers; others lead until it is back",
    play: (run) =>
      withAdmin(run, (admin) =>
        run.strikeRepeatedly(async () => {
          const { leader } = run.pick(await partitionsOf(run, admin));
          await nodeOf(run, leader).kill();
          run.noteStrike("reply");
          await eventually(async () => (await partitionsOf(run, admin)).every((now) => now.leader !== leader));
          await run.progress();
          await takeInAgain(run, admin, leader);
        }),
      ),
  },
  {
    name: "a broker of three leaves in an orderly way, and returns",
    play: (run) =>
      withAdmin(run, (admin) =>
        run.strikeRepeatedly(async () => {
          const { leader } = run.pick(await partitionsOf(run, admin));
          await nodeOf(run, leader).shutDown();
          run.noteStrike("reply");
          await run.progress();
          await takeInAgain(run, admin, leader);
        }),
      ),
  },
  {
    name: "partitions are reassigned: their leaders move while all brokers live",
    play: (run) => withAdmin(run, (admin) => run.strikeRepeatedly(() => moveLeaders(run, admin))),
  },
  {
    name: "partitions are added while running",
    play: (run) => withAdmin(run, (admin) => run.strikeRepeatedly(() => addPartitions(run, admin))),
  },
  {
    name: "too few replicas are in sync for acks=all, until a broker returns",
    play: (run) => withAdmin(run, (admin) => run.strikeRepeatedly(() => leaveTooFewInSync(run, admin))),
  },
  {
    name: "one relay is cut off from one broker of three",
    play: (run) =>
      run.strikeByEach(networkFaults, (way) =>
        breakNetwork(run, [run.pick(run.pick(run.routes).toBrokers)], way, "reply"),
      ),
  },
];

async function withAdmin(run: FaultRun, use: (admin: Admin) => Promise<void>): Promise<void> {
  const admin = kafkaOf(run.rig.kafka.brokers).admin();
  await admin.connect();
  try {
    await use(admin);
  } finally {
    await admin.disconnect();
  }
}

function nodeOf(run: FaultRun, id: number): KafkaServer {
  const node = run.rig.kafka.nodes[id - 1];
  if (node === undefined) throw new Error(`there is no broker ${id}`);
  return node;
}

async function partitionsOf(run: FaultRun, admin: Admin): Promise<readonly PartitionMetadata[]> {
  return eventually(async () => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [run.event.topic] }).catch(() => ({ topics: [] }));
    const partitions = topics[0]?.partitions ?? [];
    return partitions.length > 0 && partitions.every(({ leader }) => leader > 0) && partitions;
  });
}

/** Starts a broker again; it follows until its replicas are in sync, and is elected for those that prefer it. */
async function takeInAgain(run: FaultRun, admin: Admin, id: number): Promise<void> {
  await nodeOf(run, id).start();
  await eventually(async () =>
    (await partitionsOf(run, admin)).every(({ isr, replicas }) => isr.length === replicas.length),
  );
}

/** To the two brokers that do not lead it, and back to all three: by way of a leader that is told to go. */
async function moveLeaders(run: FaultRun, admin: Admin): Promise<void> {
  const before = await partitionsOf(run, admin);
  const ids = run.rig.kafka.nodes.map((_, n) => n + 1);
  const followersOnly = before.map(({ partitionId, leader }) => ({
    partition: partitionId,
    replicas: ids.filter((id) => id !== leader),
  }));
  await reassign(run, admin, followersOnly);
  run.noteStrike("reply");
  const moved = await partitionsOf(run, admin);
  expect(moved.map(({ leader }) => leader)).not.toEqual(before.map(({ leader }) => leader));
  await run.progress();
  await reassign(
    run,
    admin,
    moved.map(({ partitionId, leader }) => ({
      partition: partitionId,
      replicas: [leader, ...ids.filter((id) => id !== leader)],
    })),
  );
}

type Assignment = readonly { readonly partition: number; readonly replicas: readonly number[] }[];

/** Resolves when all replicas are where they should be, and in sync. */
async function reassign(run: FaultRun, admin: Admin, assignment: Assignment): Promise<void> {
  const partitionAssignment = assignment.map(({ partition, replicas }) => ({ partition, replicas: [...replicas] }));
  await admin.alterPartitionReassignments({ topics: [{ topic: run.event.topic, partitionAssignment }] });
  await eventually(async () => {
    const partitions = await partitionsOf(run, admin);
    return assignment.every(({ partition, replicas }) => {
      const now = partitions.find(({ partitionId }) => partitionId === partition);
      return now?.isr.length === replicas.length && replicas.every((id) => now.replicas.includes(id));
    });
  });
}

/** Of the latest records, whose keys are those that go on. */
const RECENT = 200;

/** A key whose partition is another one from now on must not overtake itself: so many are added that there is such a key. */
async function addPartitions(run: FaultRun, admin: Admin): Promise<void> {
  const before = await partitionsOf(run, admin);
  const keys = run.topic.records.slice(-RECENT).flatMap(({ key }) => (key === null ? [] : [Buffer.from(key)]));
  let count = before.length + 2;
  while (!keys.some((key) => partitionOfKey(key, count) >= before.length)) count++;
  await admin.createPartitions({ topicPartitions: [{ topic: run.event.topic, count }] });
  run.noteStrike("reply"); // a new leader may refuse for a moment what the others have stored of the same request
  await eventually(() => run.topic.records.some(({ partition }) => partition >= before.length));
}

/** Most events that a driver without idempotence stores several times meanwhile: three attempts, of 100 events each. */
const REFUSED_AFTER_APPEND = 300;

/** All three must be in sync, and one is dead: the broker refuses, the relay waits, and says so. */
async function leaveTooFewInSync(run: FaultRun, admin: Admin): Promise<void> {
  await run.configureTopic({ "min.insync.replicas": 3 });
  const { leader } = run.pick(await partitionsOf(run, admin));
  await nodeOf(run, leader).kill();
  run.noteStrike("reply");
  // Until a leader knows of the death it stores first and refuses then: kafkajs sends that again, and again.
  if (run.isWithoutIdempotence) run.mayRepeat(REFUSED_AFTER_APPEND);
  await eventually(async () => {
    const answers = await Promise.all(run.crew.map((member) => member.readiness()));
    return answers.some((answer) => answer?.text.includes('"broker"'));
  });
  await run.last(3_000);
  await takeInAgain(run, admin, leader);
  await run.configureTopic({});
}
