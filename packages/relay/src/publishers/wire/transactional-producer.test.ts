import { beforeEach, describe, expect, it } from "@jest/globals";
import type { ProducerIdentity } from "./batch-header.ts";
import { CoordinatorRefusal, type PartitionRefusal } from "./transaction-coordinator.ts";
import { type ProducerCoordinator, TransactionalProducer } from "./transactional-producer.ts";

/** Says what it was asked, in order; fails as its plan says. */
class FakeCoordinator implements ProducerCoordinator {
  readonly asked: string[] = [];
  readonly failures: Error[] = [];
  #epoch = 4;

  async init(current: ProducerIdentity | null): Promise<ProducerIdentity> {
    this.#note(`init ${current?.epoch ?? "anew"}`);
    return { producerId: 7n, epoch: ++this.#epoch };
  }
  async addPartitions(identity: ProducerIdentity, partitions: readonly { partition: number }[]) {
    this.#note(`add ${partitions.map(({ partition }) => partition).join("+")} ${identity.epoch}`);
    const none: readonly PartitionRefusal[] = [];
    return none;
  }
  async end(identity: ProducerIdentity, verdict: "commit" | "abort"): Promise<void> {
    this.#note(`${verdict} ${identity.epoch}`);
  }
  #note(what: string): void {
    this.asked.push(what);
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
  }
}

const lost = new Error("connection closed");
const refused = (name: string) => new CoordinatorRefusal(name, name);
const partitions = (...numbers: number[]) => numbers.map((partition) => ({ topic: "t", partition }));

let coordinator: FakeCoordinator;
let producer: TransactionalProducer;
let now = 0;

beforeEach(async () => {
  now = 0;
  coordinator = new FakeCoordinator();
  producer = await TransactionalProducer.claim(coordinator, { maxOpenMs: 100, now: () => now });
  coordinator.asked.length = 0;
});

describe("a transactional producer", () => {
  it("adds each partition once, commits, and goes on in the same epoch, its numbers too", async () => {
    await producer.begin(partitions(1, 2));
    await producer.begin(partitions(1, 2, 3));
    producer.advance("t", 1, 10);
    await producer.commit();
    await producer.begin(partitions(1));
    expect(coordinator.asked).toEqual(["add 1+2 5", "add 3 5", "commit 5", "add 1 5"]);
    expect(await producer.identified("t", 1)).toMatchObject({ identity: { epoch: 5 }, next: 10 });
  });

  it("aborts what was spoiled, and begins the numbers of another epoch", async () => {
    await producer.begin(partitions(1));
    producer.advance("t", 1, 10);
    producer.forget();
    expect(producer.state).toBe("spoiled");
    await expect(producer.identified("t", 1)).rejects.toThrow("to be aborted");
    await producer.abort();
    await producer.begin(partitions(1));
    expect(coordinator.asked).toEqual(["add 1 5", "abort 5", "init 5", "add 1 6"]);
    expect(await producer.identified("t", 1)).toMatchObject({ identity: { epoch: 6 }, next: 0 });
  });

  it("asks for a commit again that was not answered, and takes another epoch before the next transaction", async () => {
    await producer.begin(partitions(1));
    coordinator.failures.push(lost, lost);
    await expect(producer.commit()).rejects.toBe(lost);
    await expect(producer.commit()).rejects.toBe(lost);
    expect(producer.state).toBe("ending");
    await producer.commit();
    expect(producer.state).toBe("idle");
    await producer.begin(partitions(1));
    expect(coordinator.asked).toEqual(["add 1 5", "commit 5", "commit 5", "commit 5", "init 5", "add 1 6"]);
  });

  it("never aborts what may be committed", async () => {
    await producer.begin(partitions(1));
    coordinator.failures.push(lost);
    await expect(producer.commit()).rejects.toBe(lost);
    producer.spoil();
    expect(producer.state).toBe("ending");
    await expect(producer.abort()).rejects.toThrow("may be committed");
  });

  it("takes another epoch after any answer that was lost, but not after a refusal", async () => {
    coordinator.failures.push(lost);
    await expect(producer.begin(partitions(1))).rejects.toBe(lost);
    await producer.begin(partitions(1));
    await producer.commit();
    await producer.begin(partitions(1));
    expect(coordinator.asked.at(-2)).toBe("init 5");

    coordinator.failures.push(refused("CONCURRENT_TRANSACTIONS"));
    await expect(producer.commit()).rejects.toThrow("CONCURRENT_TRANSACTIONS");
    await producer.commit();
    await producer.begin(partitions(1));
    expect(coordinator.asked.slice(-3)).toEqual(["commit 6", "commit 6", "add 1 6"]);
  });

  it("needs no abort where nothing had begun, nor a second one when only the epoch's answer was lost", async () => {
    await producer.begin(partitions(1));
    producer.spoil();
    coordinator.failures.push(refused("INVALID_TXN_STATE"), lost);
    await expect(producer.abort()).rejects.toBe(lost);
    expect(producer.state).toBe("aborted");
    await producer.abort();
    // The lost answer may have raised the epoch: another abort of the old one would be refused.
    expect(coordinator.asked).toEqual(["add 1 5", "abort 5", "init 5", "init 5"]);
  });

  it("is overdue while it is open for too long, and only then", async () => {
    now = 1_000;
    expect(producer.isOverdue).toBe(false);
    await producer.begin(partitions(1));
    now = 1_050;
    await producer.begin(partitions(2));
    now = 1_101;
    expect(producer.isOverdue).toBe(true);
    coordinator.failures.push(lost);
    await expect(producer.commit()).rejects.toBe(lost);
    expect(producer.isOverdue).toBe(false); // it may be committed
  });
});
