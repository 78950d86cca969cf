import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { eventually } from "@waybill/harness";
import type { LaneClaim, SendFailure, TransactionalLane } from "../src/publishers/lane-publisher.ts";
import type { RelayOptions } from "../src/settings/settings.ts";
import { apiKeys } from "./kafka-proxy.ts";
import { type ProxiedBroker, startProxiedBroker } from "./proxied-broker.ts";
import { rowsOf, type TestRow } from "./publisher-rows.ts";
import { append, makeTopic, TestPublishers } from "./test-publisher.ts";
import { checkOrderPerKey, idsOf } from "./topic-content.ts";
import { readTopic } from "./topic-reader.ts";

let broker: ProxiedBroker;
let publishers: TestPublishers;
const cursorTopic = `cursors-${randomUUID()}`;

beforeAll(async () => {
  broker = await startProxiedBroker();
  publishers = new TestPublishers("wire", broker.brokers);
  await makeTopic(broker.brokers, {
    topic: cursorTopic,
    numPartitions: CURSOR_PARTITIONS,
    configEntries: [{ name: "cleanup.policy", value: "compact" }],
  });
});
afterEach(async () => {
  broker.proxy.mend();
  await publishers.close();
});
afterAll(() => broker.stop());

/** A test leaves transactions open: the next ones shall not wait for them. */
const CURSOR_PARTITIONS = 64;
let claims = 0;

/** A name that nobody has claimed before. */
function newClaim(): LaneClaim {
  const name = `lane-${randomUUID()}`;
  return { transactionalId: name, partition: claims++ % CURSOR_PARTITIONS, key: name };
}

/** Another holder, or the same process after a restart: the old one's connections stay as they are. */
async function openLane(topic: string, options: Partial<RelayOptions> = {}): Promise<TransactionalLane> {
  const publisher = await publishers.open({ cursorTopic, retryMaxMs: 50, ...options });
  await eventually(async () => (await publisher.prepareTopic(topic)) === null);
  return publisher.openTransactionalLane();
}

/** On Apache Kafka topics and coordinators may be too new to be used yet. */
const claimed = (lane: TransactionalLane, claim: LaneClaim) =>
  eventually(async () => {
    try {
      return { bookmark: await lane.claim(claim) };
    } catch {
      return false;
    }
  });

/** Sends, and repeats while time cures what fails. */
async function publish(lane: TransactionalLane, rows: readonly TestRow[], bookmark: string): Promise<SendFailure[]> {
  append(lane, rows);
  let outcome = await lane.send(() => bookmark);
  const failures = [...outcome.failures];
  while (lane.unacknowledged().length > 0) {
    if (outcome.fenced !== undefined) throw new Error(`fenced: ${outcome.fenced}`);
    const hard = outcome.failures.find(({ reason }) => reason !== "unavailable");
    if (hard !== undefined) throw new Error(`${hard.reason}: ${hard.message}`);
    outcome = await lane.repeat();
    failures.push(...outcome.failures);
  }
  return failures;
}

/** What `read_committed` consumers see, once they have seen a mark that is published behind everything else. */
async function committedIds(topic: string, claim: LaneClaim): Promise<number[]> {
  const lane = await openLane(topic);
  claims++;
  await claimed(lane, claim);
  const mark = `mark-${claims}-`;
  // A row for each partition: one is not read before the transactions before it are decided.
  const marks = Array.from({ length: 40 }, (_, index) => ({ id: 1_000_000 + index, topic, key: `${mark}${index}` }));
  await publish(lane, marks, "marks");
  const reader = await readTopic(broker.brokers, topic);
  try {
    await eventually(() => reader.records.filter(({ key }) => key?.startsWith(mark)).length === marks.length);
    const records = reader.records.filter(({ key }) => key?.startsWith("mark-") !== true);
    checkOrderPerKey(records);
    return idsOf(records).sort((a, b) => a - b);
  } finally {
    await reader.stop();
  }
}

const upTo = (count: number, from = 1) => Array.from({ length: count }, (_, index) => from + index);

describe("a transactional lane", () => {
  it("stores batches with their bookmarks, one after another, while the next is filled", async () => {
    const topic = await publishers.newTopic();
    const lane = await openLane(topic);
    const claim = newClaim();
    expect((await claimed(lane, claim)).bookmark).toBeNull();
    append(lane, rowsOf(topic, 100));
    for (let batch = 1; batch <= 5; batch++) {
      const sent = lane.send(() => `behind ${batch}`);
      append(lane, rowsOf(topic, 100, { from: batch * 100 + 1 }));
      let outcome = await sent;
      while (outcome.failures.length > 0) outcome = await lane.repeat();
      expect(outcome.acknowledged).toEqual(new Map([[topic, 100]]));
      expect(lane.filledEvents).toBe(100);
    }
    lane.reset(); // with nothing in flight the lane stays claimed
    await publish(lane, rowsOf(topic, 100, { from: 501 }), "behind 6");
    const next = await openLane(topic);
    expect((await claimed(next, claim)).bookmark).toBe("behind 6");
    expect(await committedIds(topic, claim)).toEqual(upTo(600));
  });

  it("wants to be claimed, and a bookmark", async () => {
    const topic = await publishers.newTopic();
    const lane = await openLane(topic);
    append(lane, rowsOf(topic, 1));
    await expect(lane.send(() => "x")).rejects.toThrow("before it was claimed");
    await claimed(lane, newClaim());
    append(lane, rowsOf(topic, 1));
    await expect(lane.send()).rejects.toThrow("without a bookmark");
  });

  it("keeps the bookmarks of different keys of one partition apart", async () => {
    const topic = await publishers.newTopic();
    const one = newClaim();
    const other = { ...newClaim(), partition: one.partition };
    const lanes = [await openLane(topic), await openLane(topic)] as const;
    await claimed(lanes[0], one);
    await claimed(lanes[1], other);
    await publish(lanes[0], rowsOf(topic, 3), "one");
    for (let batch = 0; batch < 30; batch++) await publish(lanes[1], rowsOf(topic, 3), `other ${batch}`);
    expect((await claimed(await openLane(topic), one)).bookmark).toBe("one");
    expect((await claimed(await openLane(topic), other)).bookmark).toBe("other 29");
  });

  it("fences whoever held it: what that one has open is gone, and it can commit nothing more", async () => {
    const topic = await publishers.newTopic();
    const claim = newClaim();
    const old = await openLane(topic);
    await claimed(old, claim);
    await publish(old, rowsOf(topic, 50), "first");
    append(old, rowsOf(topic, 50, { from: 51 }));
    broker.proxy.dropRequests(apiKeys.endTxn, 1); // stored, not committed
    expect((await old.send(() => "second")).failures).toMatchObject([{ reason: "unavailable" }]);

    const next = await openLane(topic);
    expect((await claimed(next, claim)).bookmark).toBe("first");
    expect(await old.repeat()).toMatchObject({ fenced: expect.stringMatching(/FENCED|EPOCH/) });
    await publish(next, rowsOf(topic, 60, { from: 51 }), "third");
    expect(await old.repeat()).toHaveProperty("fenced");
    expect(await committedIds(topic, claim)).toEqual(upTo(110));
  });

  it("is told by its bookmark what was committed although nobody heard of it", async () => {
    const topic = await publishers.newTopic();
    const claim = newClaim();
    const old = await openLane(topic);
    await claimed(old, claim);
    await publish(old, rowsOf(topic, 50), "first"); // from here on nothing fails by itself
    append(old, rowsOf(topic, 50, { from: 51 }));
    broker.proxy.dropReplies(apiKeys.endTxn, 1);
    expect((await old.send(() => "committed")).failures).toMatchObject([{ reason: "unavailable" }]);
    expect((await claimed(await openLane(topic), claim)).bookmark).toBe("committed");
    expect(await committedIds(topic, claim)).toEqual(upTo(100));
  });

  it.each(["produce", "addPartitionsToTxn", "endTxn", "initProducerId"] as const)(
    "stores everything once although replies of %s are lost, again and again",
    async (api) => {
      const topic = await publishers.newTopic();
      const claim = newClaim();
      const lane = await openLane(topic);
      await claimed(lane, claim);
      let failures = 0;
      for (let batch = 0; batch < 12; batch++) {
        // A lost answer makes the next batch ask for a new epoch, so that InitProducerId is met as well.
        broker.proxy.dropReplies(apiKeys.endTxn, 1);
        broker.proxy.dropReplies(apiKeys[api], batch % 3 === 2 ? 2 : 1);
        failures += (await publish(lane, rowsOf(topic, 20, { from: batch * 20 + 1 }), `behind ${batch}`)).length;
      }
      expect(failures).toBeGreaterThan(10);
      for (const key of Object.values(apiKeys)) broker.proxy.dropReplies(key, 0);
      expect((await claimed(await openLane(topic), claim)).bookmark).toBe("behind 11");
      expect(await committedIds(topic, claim)).toEqual(upTo(240));
    },
  );

  it("does not mind a commit that arrives when the next transaction is half stored", async () => {
    const topic = await publishers.newTopic();
    const claim = newClaim();
    const lane = await openLane(topic);
    await claimed(lane, claim);
    await publish(lane, rowsOf(topic, 8), "warm"); // on Apache Kafka leaders may be new
    append(lane, rowsOf(topic, 12, { from: 9 }));
    const release = broker.proxy.delayRequests(apiKeys.endTxn, 1);
    expect((await lane.send(() => "first")).failures).toMatchObject([{ reason: "unavailable" }]);
    expect((await lane.repeat()).failures).toEqual([]);

    append(lane, rowsOf(topic, 20, { from: 21 }));
    broker.proxy.dropRequests(apiKeys.endTxn, 1); // stored, not committed
    expect((await lane.send(() => "second")).failures).toMatchObject([{ reason: "unavailable" }]);
    release();
    await eventually(() => broker.proxy.late.includes(apiKeys.endTxn));
    // The late commit was of an old epoch: had it taken effect, the second batch would be committed now.
    expect((await claimed(await openLane(topic), claim)).bookmark).toBe("first");
    expect(await committedIds(topic, claim)).toEqual(upTo(20));
  });

  it("aborts when a record is refused, names it alone, and stores the rest once", async () => {
    const topic = await publishers.newTopic(2);
    const claim = newClaim();
    const lane = await openLane(topic, { maxRequestBytes: 30_000_000, batchSize: 10 });
    await claimed(lane, claim);
    const poison: TestRow = { id: 11, topic, key: "key-3", payload: "x".repeat(5_000_000) };
    append(lane, [...rowsOf(topic, 10), poison, ...rowsOf(topic, 10, { from: 12 })]);
    let outcome = await lane.send(() => "first");
    const failure = await eventually(async () => {
      const found = outcome.failures.find(({ reason }) => reason === "record-too-large");
      if (found === undefined) outcome = await lane.repeat();
      return found;
    });
    expect(failure).toMatchObject({ topic, ids: [11] });
    expect(outcome.acknowledged.size).toBe(0);
    expect(lane.unacknowledged()).toEqual(upTo(21));
    lane.remove(new Set([11]));
    expect(lane.unacknowledged()).toEqual(upTo(21).filter((id) => id !== 11));
    await publish(lane, [], "second").catch(() => {});
    await eventually(async () => lane.unacknowledged().length === 0 || (await lane.repeat(), false));
    expect(await committedIds(topic, claim)).toEqual(upTo(21).filter((id) => id !== 11));
  });

  it("goes on as another producer's when the broker has aborted what took too long", async () => {
    const topic = await publishers.newTopic();
    const claim = newClaim();
    const lane = await openLane(topic, { transactionTimeoutMs: 1_000 });
    await claimed(lane, claim);
    append(lane, rowsOf(topic, 20));
    broker.proxy.dropRequests(apiKeys.endTxn, 1_000_000);
    expect((await lane.send(() => "never")).failures).toMatchObject([{ reason: "unavailable" }]);
    broker.proxy.dropRequests(apiKeys.endTxn, 0);
    // Readers get past the open transaction when the broker has aborted it.
    expect(await committedIds(topic, newClaim())).toEqual([]);
    expect(await lane.repeat()).toHaveProperty("fenced");
    lane.reset();
    expect((await claimed(lane, claim)).bookmark).toBeNull();
    await publish(lane, rowsOf(topic, 20), "at last");
    expect(await committedIds(topic, claim)).toEqual(upTo(20));
  }, 60_000);

  it("waits for nobody's transaction but the one that hides its bookmark", async () => {
    const topic = await publishers.newTopic();
    const claim = newClaim();
    const stranger = { ...newClaim(), partition: claim.partition };
    const other = await openLane(topic);
    await claimed(other, stranger);
    append(other, rowsOf(topic, 1));
    broker.proxy.dropRequests(apiKeys.endTxn, 1);
    await other.send(() => "open"); // an open transaction of another database in the same partition of cursors
    const lane = await openLane(topic);
    await lane.claim(claim).catch(() => {}); // it cannot know before the other is decided
    await eventually(async () => (await other.repeat(), other.unacknowledged().length === 0));
    expect((await claimed(lane, claim)).bookmark).toBeNull();
    await publish(lane, rowsOf(topic, 5), "mine");
    expect((await claimed(await openLane(topic), claim)).bookmark).toBe("mine");
  }, 60_000);

  it("says that the topic of cursors is missing, and gives up no event for it", async () => {
    const topic = await publishers.newTopic();
    const lane = await openLane(topic, { cursorTopic: `missing-${cursorTopic}` });
    await expect(lane.claim(newClaim())).rejects.toThrow(`the topic of cursors missing-${cursorTopic}`);
  });
});
