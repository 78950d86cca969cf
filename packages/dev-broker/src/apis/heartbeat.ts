import type { Api } from "../protocol/api.ts";

/*
Heartbeat Request (Version: 0 to 2) => group_id generation_id member_id
  group_id => STRING   generation_id => INT32   member_id => STRING

Heartbeat Response => throttle_time_ms error_code
  throttle_time_ms => INT32   (1+)
  error_code => INT16
*/
export const heartbeat: Api = {
  key: 12,
  name: "Heartbeat",
  minVersion: 0,
  maxVersion: 2,
  firstFlexibleVersion: null,
  handle(request, response, { version, broker }) {
    const groupId = request.string();
    const generation = request.int32();
    const memberId = request.string();
    if (version >= 1) response.int32(0);
    response.int16(broker.groups.heartbeat(groupId, memberId, generation));
  },
};
