import { describe, expect, it } from "@jest/globals";
import type { LanePublisher, RowView, SendOutcome, TopicProblem } from "../../publishers/lane-publisher.ts";
import { RegistryProblem } from "../../publishing/schema-registry.ts";
import type { WindowRow } from "../../sql/window-query.ts";
import { REPLAY_ID_HEADER } from "./replay-headers.ts";
import { ReplaySender, type ReplaySenderOptions } from "./replay-sender.ts";
import { decodeRecordHeaders, encodeRecordHeaders } from "@waybill/events";

const sent: SendOutcome = { acknowledged: new Map([["t", 1]]), failures: [] };
const unavailable: SendOutcome = {
  acknowledged: new Map(),
  failures: [{ reason: "unavailable", topic: "t", ids: [7], message: "away" }],
};
const tooLarge: SendOutcome = {
  acknowledged: new Map(),
  failures: [{ reason: "record-too-large", topic: "t", ids: [8], message: "too large" }],
};

const row: WindowRow = {
  id: "7",
  shard: 3,
  topic: "t",
  key: "kéy",
  schema_id: "-2",
  payload: Buffer.from("payload"),
  headers: Buffer.from(encodeRecordHeaders([["ce_id", "1"]])),
  occurred_at: new Date(5),
};

interface Fake {
  readonly publisher: LanePublisher;
  readonly calls: string[];
  readonly views: { readonly view: RowView; readonly registryId: number }[];
}

function fake(outcomes: readonly SendOutcome[], problems: readonly (TopicProblem | null)[] = []): Fake {
  const calls: string[] = [];
  const views: Fake["views"] = [];
  const [queue, topics] = [[...outcomes], [...problems]];
  const answer = async (call: string): Promise<SendOutcome> => {
    calls.push(call);
    return queue.shift() ?? sent;
  };
  const lane = {
    append: (view: RowView, registryId: number) => void views.push({ view: { ...view }, registryId }),
    filledEvents: 0,
    filledBytes: 0,
    send: () => answer("send"),
    repeat: () => answer("repeat"),
    remove: () => {},
    unacknowledged: () => [],
    reset: () => {},
  };
  const publisher: LanePublisher = {
    connect: async () => {},
    prepareTopic: async (topic) => {
      calls.push(`prepare ${topic}`);
      return topics.shift() ?? null;
    },
    openLane: () => lane,
    openTransactionalLane: () => {
      throw new Error("not here");
    },
    disconnect: async () => {},
  };
  return { publisher, calls, views };
}

function sender(publisher: LanePublisher, changes: Partial<ReplaySenderOptions> = {}): ReplaySender {
  return new ReplaySender({
    publisher,
    replayId: "r-1",
    toTopic: null,
    registryIdOf: async () => 42,
    retryMaxMs: 1,
    onPause: () => {},
    signal: new AbortController().signal,
    ...changes,
  });
}

describe("ReplaySender", () => {
  it("sends a row as it is, with the replay's headers behind its own", async () => {
    const { publisher, views } = fake([sent]);
    expect(await sender(publisher, { toTopic: "other" }).send([row])).toBe(true);
    const { view, registryId } = views[0]!;
    expect(registryId).toBe(42);
    expect(view).toMatchObject({ id: 7, shard: 3, topic: "other", schemaIdHigh: -1, schemaIdLow: -2, occurredAtMs: 5 });
    const part = (start: number, end: number): Buffer => view.bytes.subarray(start, end);
    expect(part(view.keyStart, view.keyEnd).toString()).toBe("kéy");
    expect(part(view.payloadStart, view.payloadEnd).toString()).toBe("payload");
    const headers = decodeRecordHeaders(part(view.headersStart, view.headersEnd)).map(([name]) => name);
    expect(headers).toEqual(["ce_id", REPLAY_ID_HEADER, "waybill-replayed-at"]);
  });

  it("keeps an event without key without one", async () => {
    const { publisher, views } = fake([sent]);
    await sender(publisher).send([{ ...row, key: null }]);
    expect(views[0]?.view).toMatchObject({ keyStart: -1, keyEnd: -1, payloadStart: 0 });
  });

  it("repeats what is unacknowledged until it is", async () => {
    const { publisher, calls } = fake([unavailable, unavailable, sent]);
    const pauses: string[] = [];
    expect(await sender(publisher, { onPause: (message) => pauses.push(message) }).send([row])).toBe(true);
    expect(calls).toEqual(["prepare t", "send", "repeat", "repeat"]);
    expect(pauses).toEqual(["away", "away"]);
  });

  it("waits for a broker and for a registry that are away", async () => {
    const { publisher, calls } = fake([], [{ reason: "unavailable", message: "away" }]);
    let asked = 0;
    const registryIdOf = async (): Promise<number> => {
      if (++asked === 1) throw new RegistryProblem("registry-unavailable", "away");
      return 1;
    };
    expect(await sender(publisher, { registryIdOf }).send([row])).toBe(true);
    expect([calls, asked]).toEqual([["prepare t", "prepare t", "send"], 2]);
  });

  it.each([
    [
      "a record that no broker takes",
      fake([tooLarge]),
      {},
      /row 8 cannot be sent: too large\. Raise max\.message\.bytes/,
    ],
    ["a missing topic", fake([], [{ reason: "topic-missing", message: "no" }]), {}, /row 7 .*topics ensure --topic t/],
    [
      "an unknown schema",
      fake([]),
      { registryIdOf: () => Promise.reject(new RegistryProblem("schema-unknown", "unknown")) },
      /row 7 cannot be sent: unknown\. Run `schemas push`/,
    ],
  ])("stops at %s", async (_, { publisher }, changes, message) => {
    await expect(sender(publisher, changes).send([row])).rejects.toMatchObject({
      code: "REPLAY_STOPPED",
      message: expect.stringMatching(message),
    });
  });

  it("stops at headers that are none", async () => {
    const { publisher } = fake([]);
    await expect(sender(publisher).send([{ ...row, headers: Buffer.of(9) }])).rejects.toMatchObject({
      message: expect.stringContaining("row 7 cannot be sent: record headers"),
    });
  });

  it("gives up waiting when it shall end", async () => {
    const ending = new AbortController();
    const { publisher, calls } = fake([unavailable, unavailable]);
    const done = await sender(publisher, { signal: ending.signal, onPause: () => ending.abort() }).send([row]);
    expect([done, calls]).toEqual([false, ["prepare t", "send"]]);
  });
});
