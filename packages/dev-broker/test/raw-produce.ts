import { only } from "./raw-answers.ts";
import type { RawClient, RawRequest } from "./raw-client.ts";

/** Produce: requests reduced to what a test looks at. */

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
