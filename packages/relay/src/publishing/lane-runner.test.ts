import { beforeEach, describe, expect, it } from "@jest/globals";
import type { FailureReason, PublisherLane, SendFailure, SendOutcome } from "../publishers/lane-publisher.ts";
import type { OnRefused } from "./event-problems.ts";
import { LaneRunner } from "./lane-runner.ts";

const never = new AbortController().signal;

/** Each attempt fails for the ids that its plan names, and stores the others. */
class FakeLane implements PublisherLane {
  readonly attempts: number[][] = [];
  readonly stored: number[] = [];
  plans: ReadonlyMap<number, FailureReason>[] = [];
  filled: number[] = [];
  #inFlight: number[] = [];
  filledBytes = 0;

  get filledEvents(): number {
    return this.filled.length;
  }
  append(): void {}
  send(): Promise<SendOutcome> {
    this.#inFlight = this.filled;
    this.filled = [];
    return this.repeat();
  }
  async repeat(): Promise<SendOutcome> {
    const plan = this.plans.shift() ?? new Map<number, FailureReason>();
    this.attempts.push([...this.#inFlight]);
    const stored = this.#inFlight.filter((id) => !plan.has(id));
    this.stored.push(...stored);
    this.#inFlight = this.#inFlight.filter((id) => plan.has(id));
    const failures = [...plan].map(
      ([id, reason]): SendFailure => ({ reason, topic: "t", ids: [id], message: `no ${id}` }),
    );
    return { acknowledged: new Map(stored.length > 0 ? [["t", stored.length]] : []), failures };
  }
  remove(ids: ReadonlySet<number>): void {
    this.#inFlight = this.#inFlight.filter((id) => !ids.has(id));
  }
  unacknowledged(): readonly number[] {
    return this.#inFlight;
  }
  reset(): void {}
}

let lane: FakeLane;
let seen: string[];

beforeEach(() => {
  lane = new FakeLane();
  lane.filled = [1, 2, 3, 4];
  seen = [];
});

function createRunner(changes: Partial<ConstructorParameters<typeof LaneRunner>[0]> = {}): LaneRunner {
  return new LaneRunner({
    lane,
    onRefused: async () => "hold",
    retryMaxMs: 1,
    holdRetryMs: 1,
    untilAllowed: async () => {},
    onOutdated: () => void seen.push("outdated"),
    observer: {
      onPause: ({ message }) => void seen.push(`pause: ${message}`),
      onHold: ({ id, reason }) => void seen.push(`hold: ${reason} ${id}`),
      onAcknowledged: () => {},
    },
    ...changes,
  });
}

const plan = (...failures: [number, FailureReason][]) => new Map(failures);

describe("LaneRunner", () => {
  it("repeats the failed records alone, until all are acknowledged", async () => {
    lane.plans = [plan([2, "unavailable"], [4, "unavailable"]), plan([4, "unavailable"])];
    expect(await createRunner().flush(never)).toBe(true);
    expect(lane.attempts).toEqual([[1, 2, 3, 4], [2, 4], [4]]);
    expect(seen).toEqual(["pause: no 2", "pause: no 4"]);
  });

  it("gives up records whose partitions are gone: repeating them would never end", async () => {
    const abandoned = new AbortController();
    lane.plans = [plan([2, "partition-missing"], [3, "unavailable"])];
    const runner = createRunner({ onOutdated: () => abandoned.abort() });
    expect(await runner.flush(abandoned.signal)).toBe(false);
    expect(lane.attempts).toHaveLength(1);
  });

  it("counts a batch that was forgotten unsent as no obstacle to the next", async () => {
    const runner = createRunner();
    expect(await runner.flush(AbortSignal.abort())).toBe(false);
    expect(runner.firstUnacknowledged).toBe(0);
    runner.reset();
    expect(runner.firstUnacknowledged).toBeNull();
  });

  it("holds at a record that cannot be stored, for as long as it takes", async () => {
    lane.plans = [plan([3, "record-too-large"]), plan([3, "record-too-large"])];
    expect(await createRunner().flush(never)).toBe(true);
    expect(seen).toEqual(["hold: record-too-large 3", "hold: record-too-large 3"]);
    expect(lane.stored).toEqual([1, 2, 4, 3]);
  });

  it("waits for the broker first when both kinds fail", async () => {
    lane.plans = [plan([1, "topic-missing"], [2, "unavailable"])];
    await createRunner().flush(never);
    expect(seen).toEqual(["pause: no 2"]);
  });

  it("goes on at once without what was parked, and is done when nothing else is left", async () => {
    lane.plans = [plan([1, "record-invalid"], [4, "unavailable"]), plan([4, "record-too-large"])];
    const parked: number[] = [];
    const onRefused: OnRefused = async ({ ids }, from) => {
      parked.push(...ids);
      from.remove(new Set(ids));
      return "parked";
    };
    expect(await createRunner({ onRefused }).flush(never)).toBe(true);
    expect(parked).toEqual([1, 4]);
    expect(lane.attempts).toEqual([[1, 2, 3, 4], [4]]);
    expect(seen).toEqual(["pause: no 4"]);
  });

  it("sends nothing while it is not allowed to, and nothing at all when stopped meanwhile", async () => {
    const stopping = new AbortController();
    const runner = createRunner({ untilAllowed: async () => stopping.abort() });
    expect(runner.firstUnacknowledged).toBeNull();
    const flushed = runner.flush(stopping.signal);
    expect(runner.firstUnacknowledged).toBe(0); // not known: nothing may be taken for acknowledged
    expect(await flushed).toBe(false);
    expect(lane.attempts).toEqual([]);
  });

  it("gives up between two attempts when stopped", async () => {
    const stopping = new AbortController();
    lane.plans = [plan([1, "unavailable"])];
    const observer = { onPause: () => stopping.abort(), onHold: () => {}, onAcknowledged: () => {} };
    expect(await createRunner({ observer, retryMaxMs: 60_000 }).flush(stopping.signal)).toBe(false);
    expect(lane.attempts).toHaveLength(1);
  });

  it("rejects when what was parked could not be stored", async () => {
    lane.plans = [plan([1, "record-invalid"])];
    const onRefused = () => Promise.reject(new Error("no database"));
    await expect(createRunner({ onRefused }).flush(never)).rejects.toThrow("no database");
  });
});
