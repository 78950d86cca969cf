import type { Api } from "../protocol/api.ts";

/*
DeleteGroups Request (Version: 0 to 2; flexible from 2) => [groups_names]
  groups_names => STRING

DeleteGroups Response => throttle_time_ms [results]
  throttle_time_ms => INT32
  results => group_id error_code
    group_id => STRING   error_code => INT16
*/
export const deleteGroups: Api = {
  key: 42,
  name: "DeleteGroups",
  minVersion: 0,
  maxVersion: 2,
  firstFlexibleVersion: 2,
  handle(request, response, { broker }) {
    const groupIds = request.array(() => request.string());
    response.int32(0).array(groupIds, (groupId) => {
      response.string(groupId).int16(broker.groups.delete(groupId)).endStruct();
    });
    response.endStruct();
  },
};
