import { only, partitionErrors } from "./raw-answers.ts";
import type { RawClient } from "./raw-client.ts";

/** Consumer groups and their offsets: requests reduced to what a test looks at. */

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
