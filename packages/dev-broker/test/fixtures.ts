import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { RawClient } from "./raw-client.ts";
import { listOffsets } from "./raw-fetch.ts";
import { type TopicCall, createTopics } from "./raw-topics.ts";

/** A name that no other test and no other run uses: the suite also runs on a shared broker. */
export function unique(prefix: string): string {
  return `${prefix}-${randomBytes(6).toString("hex")}`;
}

/**
 * What a real cluster answers while it is still electing, loading or finishing: LEADER_NOT_AVAILABLE, NOT_LEADER,
 * COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR, CONCURRENT_TRANSACTIONS.
 */
const passing = new Set([5, 6, 14, 15, 16, 51]);

/** The first answer that is more than "not yet". The dev broker never says that. */
export async function settled<T>(call: () => Promise<T>, errorOf: (answer: T) => number): Promise<T> {
  return eventually(call, (answer) => !passing.has(errorOf(answer)));
}

/** The first answer that `accept` takes. */
export async function eventually<T>(call: () => Promise<T>, accept: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await call();
    if (accept(answer)) return answer;
    await delay(20);
  }
}

/** Makes a topic of one partition and waits until it has a leader. */
export async function createTopic(client: RawClient, topic: Partial<TopicCall> = {}): Promise<string> {
  const name = topic.name ?? unique("topic");
  const [error] = await createTopics(client, [{ ...topic, name }]);
  if (error !== 0) throw new Error(`topic ${name} could not be made: error ${error}`);
  await eventually(
    () => listOffsets(client, name, -1n),
    (answer) => answer.error === 0,
  );
  return name;
}

/** Waits until a group (type 0) or transactional id (type 1) has its coordinator. */
export async function coordinator(client: RawClient, key: string, type: 0 | 1): Promise<void> {
  await settled(
    async () => {
      const response = await client.call({
        key: 10,
        version: 1,
        body: (request) => void request.string(key).int8(type),
      });
      response.int32();
      return response.int16();
    },
    (error) => error,
  );
}
