import { describe, expect, it } from "@jest/globals";
import type { RowView } from "../publishers/lane-publisher.ts";
import type { EventProblem, OnRefused, QuietLanes } from "../publishing/event-problems.ts";
import type { ProblemReason } from "../publishing/send-verdict.ts";
import { publishDeadLetters } from "./redrive.ts";

/** Appends but what `refused` names; of what is sent, refuses what `failing` names, one after another. */
class FakeLanes implements QuietLanes {
  readonly stored: number[] = [];
  isGivenUp = false;
  readonly #refused: ReadonlyMap<number, ProblemReason>;
  readonly #failing: ReadonlySet<number>;
  #inFlight: number[] = [];

  constructor(refused: readonly (readonly [number, ProblemReason])[] = [], failing: readonly number[] = []) {
    this.#refused = new Map(refused);
    this.#failing = new Set(failing);
  }

  async append({ id, topic }: RowView): Promise<EventProblem | null> {
    const reason = this.#refused.get(id);
    if (reason !== undefined) return { id, topic, reason, message: "no" };
    this.#inFlight.push(id);
    return null;
  }

  async flush(onRefused: OnRefused): Promise<boolean> {
    const lane = {
      unacknowledged: () => this.#inFlight,
      remove: (ids: ReadonlySet<number>) => {
        this.#inFlight = this.#inFlight.filter((id) => !ids.has(id));
      },
    };
    while (this.#inFlight.length > 0 && !this.isGivenUp) {
      const [id] = this.#inFlight as [number];
      if (this.#failing.has(id)) {
        await onRefused({ reason: "record-too-large", topic: "t", ids: [id], message: "too large" }, lane);
      } else {
        this.stored.push(id);
        this.#inFlight.shift();
      }
    }
    return !this.isGivenUp;
  }
}

const row = (id: number, key: string | null) => ({
  id: String(id),
  shard: 1,
  topic: "t",
  key,
  schema_id: "1",
  payload: Buffer.alloc(0),
  headers: Buffer.alloc(1),
  occurred_at: new Date(0),
  holds_key: key !== null,
});
const rows = [row(1, "a"), row(2, "b"), row(3, "a"), row(4, null), row(5, "b"), row(6, null)];

describe("publishDeadLetters", () => {
  it("publishes them in order", async () => {
    const lanes = new FakeLanes();
    expect(await publishDeadLetters(lanes, rows)).toEqual({ published: [1, 2, 3, 4, 5, 6], failed: [], pause: null });
    expect(lanes.stored).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("sends nothing of a key behind what is refused in sending", async () => {
    const lanes = new FakeLanes([], [1, 4]);
    const outcome = await publishDeadLetters(lanes, rows);
    expect(lanes.stored).toEqual([2, 5, 6]);
    expect(outcome?.published).toEqual([2, 5, 6]);
    expect(outcome?.failed.map(({ id }) => id)).toEqual([1, 4]);
  });

  it("appends nothing of a key behind what cannot be appended", async () => {
    const lanes = new FakeLanes([[2, "schema-unknown"]]);
    const outcome = await publishDeadLetters(lanes, rows);
    expect(lanes.stored).toEqual([1, 3, 4, 6]);
    expect(outcome?.failed).toEqual([{ id: 2, topic: "t", reason: "schema-unknown", message: "no" }]);
  });

  it("ends early where the registry is away, and publishes what came before", async () => {
    const outcome = await publishDeadLetters(new FakeLanes([[3, "registry-unavailable"]]), rows);
    expect(outcome).toMatchObject({ published: [1, 2], failed: [], pause: { reason: "registry-unavailable" } });
  });

  it("knows nothing when it was given up", async () => {
    const lanes = new FakeLanes();
    lanes.isGivenUp = true;
    expect(await publishDeadLetters(lanes, rows)).toBeNull();
  });
});
