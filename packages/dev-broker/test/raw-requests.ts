import type { Reader } from "../src/protocol/reader.ts";
import type { RawClient, RawRequest } from "./raw-client.ts";

/** Requests of single APIs, reduced to what a test looks at. */

export interface ProduceCall {
  readonly topic: string;
  readonly partition?: number;
  readonly batch: Buffer | null;
  readonly acks?: number;
  readonly transactionalId?: string;
  readonly version?: number;
}

export async function produce(client: RawClient, call: ProduceCall): Promise<{ error: number; baseOffset: bigint }> {
  const { version = 7 } = call;
  const response = await client.call(produceRequest(call));
  return only(
    response.array(() => {
      response.string();
      const answers = response.array(() => {
        response.int32();
        const answer = { error: response.int16(), baseOffset: response.int64() };
        response.int64();
        if (version >= 5) response.int64();
        if (version >= 8) {
          response.array(() => {
            response.int32();
            response.nullableString();
            response.endStruct();
          });
          response.nullableString();
        }
        response.endStruct();
        return answer;
      });
      response.endStruct();
      return only(answers);
    }),
  );
}

export function produceRequest(call: ProduceCall): RawRequest {
  const { version = 7, batch } = call;
  const flexible = version >= 9;
  return {
    key: 0,
    version,
    flexible,
    body: (request) => {
      request
        .nullableString(call.transactionalId ?? null)
        .int16(call.acks ?? -1)
        .int32(5_000);
      request.array([call.topic], (topic) => {
        request.string(topic).array([call.partition ?? 0], (partition) => {
          request.int32(partition);
          if (batch !== null) request.bytes(batch);
          else if (flexible) request.unsignedVarint(0);
          else request.int32(-1);
          request.endStruct();
        });
        request.endStruct();
      });
      request.endStruct();
    },
  };
}

export interface Producer {
  readonly producerId: bigint;
  readonly epoch: number;
}

export async function initProducerId(
  client: RawClient,
  transactionalId: string | null = null,
  options: { timeoutMs?: number; claimed?: Producer } = {},
): Promise<Producer & { error: number }> {
  const { timeoutMs = 60_000, claimed = { producerId: -1n, epoch: -1 } } = options;
  const response = await client.call({
    key: 22,
    version: 4,
    flexible: true,
    body: (request) => {
      request.nullableString(transactionalId).int32(timeoutMs).int64(claimed.producerId).int16(claimed.epoch);
      request.endStruct();
    },
  });
  response.int32();
  return { error: response.int16(), producerId: response.int64(), epoch: response.int16() };
}

export async function addPartitions(
  client: RawClient,
  transactionalId: string,
  producer: Producer,
  topics: readonly string[],
  version = 2,
): Promise<number[]> {
  const response = await client.call({
    key: 24,
    version,
    body: (request) => {
      request.string(transactionalId).int64(producer.producerId).int16(producer.epoch);
      request.array(topics, (topic) => request.string(topic).array([0], (partition) => request.int32(partition)));
    },
  });
  response.int32();
  return partitionErrors(response);
}

export async function addOffsets(
  client: RawClient,
  transactionalId: string,
  producer: Producer,
  groupId: string,
): Promise<number> {
  const response = await client.call({
    key: 25,
    version: 2,
    body: (request) => {
      request.string(transactionalId).int64(producer.producerId).int16(producer.epoch).string(groupId);
    },
  });
  response.int32();
  return response.int16();
}

export async function endTransaction(
  client: RawClient,
  transactionalId: string,
  producer: Producer,
  commit: boolean,
  version = 2,
): Promise<number> {
  const response = await client.call({
    key: 26,
    version,
    body: (request) => {
      request.string(transactionalId).int64(producer.producerId).int16(producer.epoch).boolean(commit);
    },
  });
  response.int32();
  return response.int16();
}

export interface FetchCall {
  readonly topic: string;
  readonly offset: bigint;
  readonly partition?: number;
  readonly maxWaitMs?: number;
  readonly minBytes?: number;
  readonly maxBytes?: number;
  readonly readCommitted?: boolean;
  readonly sessionId?: number;
  readonly sessionEpoch?: number;
  readonly leaderEpoch?: number;
}

export interface FetchAnswer {
  readonly sessionError: number;
  readonly error: number;
  readonly highWatermark: bigint;
  readonly lastStableOffset: bigint;
  readonly aborted: readonly { producerId: bigint; firstOffset: bigint }[];
  readonly records: Buffer;
}

export function fetchRequest(call: FetchCall): RawRequest {
  return {
    key: 1,
    version: 11,
    body: (request) => {
      request
        .int32(-1)
        .int32(call.maxWaitMs ?? 100)
        .int32(call.minBytes ?? 1)
        .int32(call.maxBytes ?? 10_000_000);
      request
        .int8(call.readCommitted === true ? 1 : 0)
        .int32(call.sessionId ?? 0)
        .int32(call.sessionEpoch ?? -1);
      request.array([call.topic], (topic) => {
        request.string(topic).array([call.partition ?? 0], (partition) => {
          request
            .int32(partition)
            .int32(call.leaderEpoch ?? -1)
            .int64(call.offset)
            .int64(-1n);
          request.int32(call.maxBytes ?? 10_000_000);
        });
      });
      request.array([], () => {}).string("");
    },
  };
}

export async function fetch(client: RawClient, call: FetchCall): Promise<FetchAnswer> {
  const response = await client.call(fetchRequest(call));
  response.int32();
  const sessionError = response.int16();
  response.int32();
  const [answer] = response.array(() => {
    response.string();
    return only(response.array(() => readFetched(response)));
  });
  const none = { error: 0, highWatermark: -1n, lastStableOffset: -1n, aborted: [], records: Buffer.alloc(0) };
  return { ...(answer ?? none), sessionError };
}

export async function offsetCommit(
  client: RawClient,
  call: { groupId: string; generation?: number; memberId?: string; topic: string; offset?: bigint; metadata?: string },
): Promise<number> {
  const response = await client.call({
    key: 8,
    version: 6,
    body: (request) => {
      request
        .string(call.groupId)
        .int32(call.generation ?? -1)
        .string(call.memberId ?? "");
      request.array([call.topic], (topic) => {
        request.string(topic).array([0], (partition) => {
          request
            .int32(partition)
            .int64(call.offset ?? 1n)
            .int32(-1)
            .nullableString(call.metadata ?? null);
        });
      });
    },
  });
  response.int32();
  return only(partitionErrors(response));
}

export async function txnOffsetCommit(
  client: RawClient,
  transactionalId: string,
  producer: Producer,
  groupId: string,
  topic: string,
): Promise<number> {
  const response = await client.call({
    key: 28,
    version: 2,
    body: (request) => {
      request.string(transactionalId).string(groupId).int64(producer.producerId).int16(producer.epoch);
      request.array([topic], (name) => {
        request.string(name).array([0], (partition) => {
          request.int32(partition).int64(5n).int32(-1).nullableString(null);
        });
      });
    },
  });
  response.int32();
  return only(partitionErrors(response));
}

export async function offsetFetch(
  client: RawClient,
  groupId: string,
  topic: string,
  requireStable = false,
): Promise<{ offset: bigint; error: number }> {
  const response = await client.call({
    key: 9,
    version: 7,
    flexible: true,
    body: (request) => {
      request.string(groupId).array([topic], (name) => {
        request
          .string(name)
          .array([0], (partition) => request.int32(partition))
          .endStruct();
      });
      request.boolean(requireStable).endStruct();
    },
  });
  response.int32();
  return only(
    response.array(() => {
      response.string();
      const [answer] = response.array(() => {
        response.int32();
        const offset = response.int64();
        response.int32();
        response.nullableString();
        const error = response.int16();
        response.endStruct();
        return { offset, error };
      });
      response.endStruct();
      if (answer === undefined) throw new Error("no partition in the response");
      return answer;
    }),
  );
}

export interface JoinCall {
  readonly groupId: string;
  readonly memberId?: string;
  readonly sessionTimeoutMs?: number;
  readonly rebalanceTimeoutMs?: number;
  readonly protocolType?: string;
  readonly protocols?: readonly string[];
  readonly version?: number;
}

export interface Joined {
  readonly error: number;
  readonly generation: number;
  readonly protocol: string;
  readonly leader: string;
  readonly memberId: string;
  readonly members: readonly string[];
}

export async function joinGroup(client: RawClient, call: JoinCall): Promise<Joined> {
  const response = await client.call({
    key: 11,
    version: call.version ?? 4,
    body: (request) => {
      request
        .string(call.groupId)
        .int32(call.sessionTimeoutMs ?? 10_000)
        .int32(call.rebalanceTimeoutMs ?? 10_000);
      request.string(call.memberId ?? "").string(call.protocolType ?? "consumer");
      request.array(call.protocols ?? ["range"], (name) => request.string(name).bytes(Buffer.from(name)));
    },
  });
  response.int32();
  return {
    error: response.int16(),
    generation: response.int32(),
    protocol: response.string(),
    leader: response.string(),
    memberId: response.string(),
    members: response.array(() => {
      const id = response.string();
      response.bytes();
      return id;
    }),
  };
}

/** Joins as a new member does: asks for an id, then joins with it. */
export async function joinAsNewMember(client: RawClient, call: JoinCall): Promise<Joined> {
  const { memberId } = await joinGroup(client, call);
  return joinGroup(client, { ...call, memberId });
}

export async function syncGroup(
  client: RawClient,
  groupId: string,
  member: { generation: number; memberId: string },
  assignments: Readonly<Record<string, string>> = {},
): Promise<{ error: number; assignment: string }> {
  const response = await client.call({
    key: 14,
    version: 2,
    body: (request) => {
      request.string(groupId).int32(member.generation).string(member.memberId);
      request.array(Object.entries(assignments), ([id, assignment]) => {
        request.string(id).bytes(Buffer.from(assignment));
      });
    },
  });
  response.int32();
  return { error: response.int16(), assignment: response.bytes().toString() };
}

export async function heartbeat(
  client: RawClient,
  groupId: string,
  member: { generation: number; memberId: string },
): Promise<number> {
  const response = await client.call({
    key: 12,
    version: 2,
    body: (request) => void request.string(groupId).int32(member.generation).string(member.memberId),
  });
  response.int32();
  return response.int16();
}

export async function leaveGroup(client: RawClient, groupId: string, memberId: string): Promise<number> {
  const response = await client.call({
    key: 13,
    version: 2,
    body: (request) => void request.string(groupId).string(memberId),
  });
  response.int32();
  return response.int16();
}

export async function listOffsets(
  client: RawClient,
  topic: string,
  timestamp: bigint,
  readCommitted = false,
): Promise<{ error: number; timestamp: bigint; offset: bigint }> {
  const response = await client.call({
    key: 2,
    version: 7,
    flexible: true,
    body: (request) => {
      request
        .int32(-1)
        .int8(readCommitted ? 1 : 0)
        .array([topic], (name) => {
          request.string(name).array([0], (partition) => {
            request.int32(partition).int32(-1).int64(timestamp).endStruct();
          });
          request.endStruct();
        });
      request.endStruct();
    },
  });
  response.int32();
  return only(
    response.array(() => {
      response.string();
      const [answer] = response.array(() => {
        response.int32();
        const found = { error: response.int16(), timestamp: response.int64(), offset: response.int64() };
        response.int32();
        response.endStruct();
        return found;
      });
      response.endStruct();
      if (answer === undefined) throw new Error("no partition in the response");
      return answer;
    }),
  );
}

export interface TopicCall {
  readonly name: string;
  readonly partitions?: number;
  readonly replicationFactor?: number;
  readonly assignments?: readonly (readonly number[])[];
  readonly configs?: Readonly<Record<string, string | null>>;
}

export async function createTopics(client: RawClient, topics: readonly TopicCall[]): Promise<number[]> {
  const response = await client.call({
    key: 19,
    version: 3,
    body: (request) => {
      request.array(topics, (topic) => {
        request
          .string(topic.name)
          .int32(topic.partitions ?? 1)
          .int16(topic.replicationFactor ?? 1);
        request.array([...(topic.assignments ?? []).entries()], ([partition, brokers]) => {
          request.int32(partition).array(brokers, (broker) => request.int32(broker));
        });
        request.array(Object.entries(topic.configs ?? {}), ([name, value]) => {
          request.string(name).nullableString(value);
        });
      });
      request.int32(5_000).boolean(false);
    },
  });
  response.int32();
  return response.array(() => {
    response.string();
    const error = response.int16();
    response.nullableString();
    return error;
  });
}

export async function deleteTopic(client: RawClient, name: string): Promise<number> {
  const response = await client.call({
    key: 20,
    version: 3,
    body: (request) => void request.array([name], (topic) => request.string(topic)).int32(5_000),
  });
  response.int32();
  return only(
    response.array(() => {
      response.string();
      return response.int16();
    }),
  );
}

export async function createPartitions(client: RawClient, topic: string, count: number): Promise<number> {
  const response = await client.call({
    key: 37,
    version: 1,
    body: (request) => {
      request.array([topic], (name) => request.string(name).int32(count).nullArray());
      request.int32(5_000).boolean(false);
    },
  });
  response.int32();
  return only(
    response.array(() => {
      response.string();
      const error = response.int16();
      response.nullableString();
      return error;
    }),
  );
}

export async function deleteRecords(client: RawClient, topic: string, offset: bigint): Promise<number> {
  const response = await client.call({
    key: 21,
    version: 1,
    body: (request) => {
      request.array([topic], (name) => {
        request.string(name).array([0], (partition) => request.int32(partition).int64(offset));
      });
      request.int32(5_000);
    },
  });
  response.int32();
  return only(
    response.array(() => {
      response.string();
      return only(
        response.array(() => {
          response.int32();
          response.int64();
          return response.int16();
        }),
      );
    }),
  );
}

/** The error code of one topic's metadata, which may make the topic. */
export async function topicMetadata(client: RawClient, name: string): Promise<{ error: number; partitions: number }> {
  const response = await client.call({
    key: 3,
    version: 4,
    body: (request) => void request.array([name], (topic) => request.string(topic)).boolean(true),
  });
  response.int32();
  response.array(() => {
    response.int32();
    response.string();
    response.int32();
    response.nullableString();
  });
  response.nullableString();
  response.int32();
  return only(
    response.array(() => {
      const error = response.int16();
      response.string();
      response.boolean();
      const partitions = response.array(() => {
        response.int16();
        response.int32();
        response.int32();
        response.array(() => response.int32());
        response.array(() => response.int32());
      });
      return { error, partitions: partitions.length };
    }),
  );
}

export async function deleteGroup(client: RawClient, groupId: string): Promise<number> {
  const response = await client.call({
    key: 42,
    version: 1,
    body: (request) => void request.array([groupId], (id) => request.string(id)),
  });
  response.int32();
  return only(
    response.array(() => {
      response.string();
      return response.int16();
    }),
  );
}

function readFetched(response: Reader): Omit<FetchAnswer, "sessionError"> {
  response.int32();
  const error = response.int16();
  const highWatermark = response.int64();
  const lastStableOffset = response.int64();
  response.int64();
  const aborted = response.nullableArray(() => ({ producerId: response.int64(), firstOffset: response.int64() })) ?? [];
  response.int32();
  return { error, highWatermark, lastStableOffset, aborted, records: response.nullableBytes() ?? Buffer.alloc(0) };
}

function partitionErrors(response: Reader): number[] {
  return response
    .array(() => {
      response.string();
      return response.array(() => {
        response.int32();
        return response.int16();
      });
    })
    .flat();
}

function only<T>(values: readonly T[]): T {
  const [value] = values;
  if (value === undefined || values.length > 1) throw new Error(`${values.length} answers in the response, not one`);
  return value;
}
