import { beforeEach, describe, expect, it } from "@jest/globals";
import { encodeRecordHeaders } from "@waybill/events";
import type { EventProblem } from "./framer.ts";
import { Lane } from "./lane.ts";
import type { OutboxEvent } from "./outbox-event.ts";
import type { FailureReason, OutgoingRecord, Publisher, SendFailure } from "./publishers/publisher.ts";
import { SchemaIds } from "./schema-ids.ts";
import { RegistryProblem, type RegistryProblemReason } from "./schema-registry.ts";

const never = new AbortController().signal;

/** Each call of `send` fails for the records that its plan names, and stores the others. */
class FakePublisher implements Publisher {
  readonly stored: string[] = [];
  readonly attempts: string[][] = [];
  plans: ReadonlyMap<string, FailureReason>[] = [];

  async connect(): Promise<void> {}
  async disconnect(): Promise<void> {}
  async send(records: readonly OutgoingRecord[]): Promise<SendFailure[]> {
    const plan = this.plans.shift() ?? new Map<string, FailureReason>();
    this.attempts.push(records.map(({ key }) => String(key)));
    const failures: SendFailure[] = [];
    for (const record of records) {
      const reason = plan.get(String(record.key));
      if (reason === undefined) this.stored.push(String(record.key));
      else failures.push({ reason, records: [record], message: `no ${record.key}` });
    }
    return failures;
  }
}

interface Seen {
  readonly pauses: string[];
  readonly holds: { readonly reason: string; readonly event: bigint; readonly acknowledged: number }[];
}

let publisher: FakePublisher;
let seen: Seen;
let problems: Map<string, RegistryProblemReason>;

beforeEach(() => {
  publisher = new FakePublisher();
  seen = { pauses: [], holds: [] };
  problems = new Map();
});

function createLane(onHold: (problem: EventProblem) => void = () => {}): Lane {
  return new Lane({
    publisher,
    schemaIds: new SchemaIds(async (topic) => {
      const reason = problems.get(topic);
      if (reason !== undefined) throw new RegistryProblem(reason, `no ${topic}`);
      return 1;
    }),
    retryMaxMs: 1,
    holdRetryMs: 1,
    observer: {
      onPause: ({ message }) => void seen.pauses.push(message),
      onHold: async (problem, acknowledged) => {
        seen.holds.push({ reason: problem.reason, event: problem.event.id, acknowledged });
        onHold(problem);
      },
      onAcknowledged: () => {},
    },
  });
}

function events(...keys: string[]): OutboxEvent[] {
  return keys.map((key, index) => ({
    id: BigInt(index + 1),
    topic: `topic-${key}`,
    key,
    schemaId: 1n,
    payload: Buffer.from("x"),
    headers: Buffer.from(encodeRecordHeaders([])),
    occurredAt: 0,
  }));
}

describe("Lane", () => {
  it("repeats the failed records alone, in their order, before anything newer", async () => {
    publisher.plans = [
      new Map([
        ["b", "unavailable"],
        ["d", "unavailable"],
      ]),
      new Map([["d", "unavailable"]]),
    ];
    expect(await createLane().publish(events("a", "b", "c", "d"), never)).toBe(true);
    expect(publisher.attempts).toEqual([["a", "b", "c", "d"], ["b", "d"], ["d"]]);
    expect(seen.pauses).toEqual(["no b", "no d"]);
  });

  it("holds at the first record that cannot be stored, and tells how many before it are", async () => {
    publisher.plans = [new Map([["c", "record-too-large"]]), new Map([["c", "record-too-large"]])];
    expect(await createLane().publish(events("a", "b", "c", "d"), never)).toBe(true);
    expect(seen.holds).toEqual([
      { reason: "record-too-large", event: 3n, acknowledged: 2 },
      { reason: "record-too-large", event: 3n, acknowledged: 2 },
    ]);
    expect(publisher.stored).toEqual(["a", "b", "d", "c"]); // other topics of the same batch were on their way
  });

  it("waits for the broker first when both kinds fail", async () => {
    publisher.plans = [
      new Map([
        ["a", "topic-missing"],
        ["b", "unavailable"],
      ]),
    ];
    await createLane().publish(events("a", "b"), never);
    expect(seen).toEqual({ pauses: ["no b"], holds: [] });
  });

  it("publishes what precedes an unknown schema, and holds there until it is known", async () => {
    problems.set("topic-c", "schema-unknown");
    const lane = createLane(() => {
      if (seen.holds.length === 3) problems.clear();
    });
    expect(await lane.publish(events("a", "b", "c", "d"), never)).toBe(true);
    expect(publisher.attempts).toEqual([
      ["a", "b"],
      ["c", "d"],
    ]);
    expect(seen.holds).toEqual(Array(3).fill({ reason: "schema-unknown", event: 3n, acknowledged: 2 }));
  });

  it("holds at headers that Kafka could not read", async () => {
    const [event] = events("a") as [OutboxEvent];
    const stopping = new AbortController();
    const lane = createLane(() => stopping.abort());
    expect(await lane.publish([{ ...event, headers: Buffer.from([8]) }], stopping.signal)).toBe(false);
    expect(seen.holds).toEqual([{ reason: "headers-invalid", event: 1n, acknowledged: 0 }]);
    expect(publisher.attempts).toEqual([]);
  });

  it("gives up between two attempts when stopped", async () => {
    const stopping = new AbortController();
    publisher.plans = [new Map([["a", "unavailable"]])];
    const lane = new Lane({
      publisher,
      schemaIds: new SchemaIds(async () => 1),
      retryMaxMs: 60_000,
      holdRetryMs: 60_000,
      observer: { onPause: () => stopping.abort(), onHold: async () => {}, onAcknowledged: () => {} },
    });
    expect(await lane.publish(events("a"), stopping.signal)).toBe(false);
    expect(publisher.attempts).toHaveLength(1);
  });

  it("rejects when the cursor cannot be saved at a hold", async () => {
    publisher.plans = [new Map([["a", "record-too-large"]])];
    const lane = createLane(() => {
      throw new Error("fenced");
    });
    await expect(lane.publish(events("a"), never)).rejects.toThrow("fenced");
  });
});
