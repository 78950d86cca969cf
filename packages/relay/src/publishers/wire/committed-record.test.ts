import { describe, expect, it } from "@jest/globals";
import { lastCommitted, type LogBatch, type LogSlice, type PartitionLog } from "./committed-record.ts";

const TRANSACTIONAL = 16;
const CONTROL = 32 | TRANSACTIONAL;

/** A partition's log: records of transactions, and the control records that end them. */
class FakeLog implements PartitionLog {
  readonly #batches: LogBatch[] = [];
  readonly #open = new Map<bigint, bigint>();
  readonly #aborted: { producerId: bigint; firstOffset: bigint; lastOffset: bigint }[] = [];
  start = 0n;
  end = 0n;
  fetches = 0;
  onFetch: () => void = () => {};

  append(producer: number, ...records: (readonly [key: string, value: string])[]): this {
    const producerId = BigInt(producer);
    if (!this.#open.has(producerId)) this.#open.set(producerId, this.end);
    const pairs = records.map(([key, value]) => ({ key: Buffer.from(key), value: Buffer.from(value) }));
    return this.#add({ producerId, attributes: TRANSACTIONAL, records: pairs });
  }

  finish(producer: number, verdict: "commit" | "abort"): this {
    const producerId = BigInt(producer);
    const firstOffset = this.#open.get(producerId) ?? this.end;
    if (verdict === "abort") this.#aborted.push({ producerId, firstOffset, lastOffset: this.end });
    this.#open.delete(producerId);
    const key = Buffer.from([0, 0, 0, verdict === "commit" ? 1 : 0]);
    return this.#add({ producerId, attributes: CONTROL, records: [{ key, value: Buffer.alloc(6) }] });
  }

  /** As compaction does: the offsets stay. */
  compact(offset: bigint): this {
    const index = this.#batches.findIndex(({ firstOffset }) => firstOffset === offset);
    this.#batches.splice(index, 1);
    return this;
  }

  async startOffset(): Promise<bigint> {
    return this.start;
  }
  async endOffset(): Promise<bigint> {
    return this.end;
  }
  async fetchCommitted(offset: bigint): Promise<LogSlice> {
    this.fetches++;
    this.onFetch();
    const stable = [...this.#open.values()].reduce((least, at) => (at < least ? at : least), this.end);
    const batches = this.#batches.filter((batch) => lastOf(batch) >= offset && batch.firstOffset < stable).slice(0, 3); // as much as a fetch holds
    const until = batches.at(-1)?.firstOffset ?? offset;
    const aborted = this.#aborted.filter(({ firstOffset, lastOffset }) => lastOffset >= offset && firstOffset <= until);
    return { batches, aborted };
  }

  #add(batch: Pick<LogBatch, "producerId" | "attributes" | "records">): this {
    this.#batches.push({ ...batch, firstOffset: this.end, lastOffsetDelta: batch.records.length - 1 });
    this.end += BigInt(batch.records.length);
    return this;
  }
}

const lastOf = ({ firstOffset, lastOffsetDelta }: LogBatch) => firstOffset + BigInt(lastOffsetDelta);
const last = async (log: FakeLog, key = "k") => (await lastCommitted(log, Buffer.from(key)))?.toString() ?? null;

describe("the last committed record of a key", () => {
  it("is null in a log that is empty, and never waits there", async () => {
    const log = new FakeLog();
    expect(await last(log)).toBeNull();
    log.start = log.end = 500n; // everything was deleted
    expect(await last(log)).toBeNull();
    expect(log.fetches).toBe(0);
  });

  it("is the last one, though control records end the log", async () => {
    const log = new FakeLog().append(1, ["k", "a"]).finish(1, "commit").append(1, ["k", "b"]).finish(1, "commit");
    expect(await last(log)).toBe("b");
    expect(await last(log, "other")).toBeNull();
  });

  it("is not one that was aborted, by whomever, wherever the transaction began", async () => {
    const log = new FakeLog()
      .append(1, ["k", "a"])
      .append(2, ["k", "x"])
      .finish(1, "commit")
      .append(2, ["k", "y"])
      .append(1, ["k", "b"])
      .finish(2, "abort")
      .finish(1, "commit")
      .append(1, ["k", "z"])
      .finish(1, "abort")
      .append(2, ["other", "c"])
      .finish(2, "commit");
    expect(await last(log)).toBe("b");
    expect(await last(log, "other")).toBe("c");
  });

  it("is found behind many of others, in a few looks from the end", async () => {
    const log = new FakeLog().append(1, ["k", "far back"]).finish(1, "commit");
    for (let n = 0; n < 3_000; n++) log.append(2, ["other", String(n)]).finish(2, "commit");
    expect(await last(log)).toBe("far back");
    log.fetches = 0;
    expect(await last(log, "other")).toBe("2999");
    expect(log.fetches).toBeLessThan(100);
  });

  it("is found in a compacted log, whose offsets have gaps", async () => {
    const log = new FakeLog();
    for (const value of ["a", "b", "c"]) log.append(1, ["k", value]).finish(1, "commit");
    log.compact(0n).compact(2n).compact(3n);
    expect(await last(log)).toBe("c");
  });

  it("waits for a transaction that hides the end, and then sees behind it", async () => {
    const log = new FakeLog().append(1, ["k", "a"]).finish(1, "commit");
    log.append(9, ["stranger", "open"]);
    log.append(1, ["k", "b"]).finish(1, "commit");
    log.onFetch = () => {
      if (log.fetches === 4) log.finish(9, "abort");
    };
    expect(await last(log)).toBe("b");
  });

  it("gives up on one that stays open, rather than answer what is too old", async () => {
    const log = new FakeLog().append(9, ["stranger", "open"]).append(1, ["k", "b"]).finish(1, "commit");
    let now = 0;
    const asked = lastCommitted(log, Buffer.from("k"), () => (now += 1_000));
    await expect(asked).rejects.toThrow("has been open since offset 0");
  });
});
