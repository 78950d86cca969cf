import { only } from "./raw-answers.ts";
import type { RawClient } from "./raw-client.ts";

/** Topics: requests reduced to what a test looks at. */

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
