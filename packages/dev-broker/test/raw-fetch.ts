import type { Reader } from "../src/protocol/reader.ts";
import { only } from "./raw-answers.ts";
import type { RawClient, RawRequest } from "./raw-client.ts";

/** Fetch and ListOffsets: requests reduced to what a test looks at. */

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
