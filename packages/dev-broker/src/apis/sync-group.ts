import type { Api } from "../protocol/api.ts";

/*
SyncGroup Request (Version: 0 to 2) => group_id generation_id member_id [assignments]
  group_id => STRING   generation_id => INT32   member_id => STRING
  assignments => member_id assignment
    member_id => STRING   assignment => BYTES

SyncGroup Response => throttle_time_ms error_code assignment
  throttle_time_ms => INT32   (1+)
  error_code => INT16   assignment => BYTES
*/
export const syncGroup: Api = {
  key: 14,
  name: "SyncGroup",
  minVersion: 0,
  maxVersion: 2,
  firstFlexibleVersion: null,
  async handle(request, response, { version, broker }) {
    const groupId = request.string();
    const generation = request.int32();
    const memberId = request.string();
    const assignments = request.array(() => [request.string(), Buffer.from(request.bytes())] as const);
    const result = await broker.groups.sync(groupId, memberId, generation, new Map(assignments));
    if (version >= 1) response.int32(0);
    response.int16(result.error).bytes(result.assignment);
  },
};
