import { only, partitionErrors } from "./raw-answers.ts";
import type { RawClient } from "./raw-client.ts";

/** Transactions and producer ids: requests reduced to what a test looks at. */

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
