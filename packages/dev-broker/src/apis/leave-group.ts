import type { Api } from "../protocol/api.ts";

/*
LeaveGroup Request (Version: 0 to 2) => group_id member_id
  group_id => STRING   member_id => STRING

LeaveGroup Response => throttle_time_ms error_code
  throttle_time_ms => INT32   (1+)
  error_code => INT16
*/
export const leaveGroup: Api = {
  key: 13,
  name: "LeaveGroup",
  minVersion: 0,
  maxVersion: 2,
  firstFlexibleVersion: null,
  handle(request, response, { version, broker }) {
    const groupId = request.string();
    const memberId = request.string();
    if (version >= 1) response.int32(0);
    response.int16(broker.groups.leave(groupId, memberId));
  },
};
