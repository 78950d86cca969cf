import type { Api } from "../protocol/api.ts";
import { ErrorCode } from "../protocol/error-codes.ts";

/*
ListGroups Request (Version: 0 to 5; flexible from 3) => [states_filter] [types_filter]
  states_filter => STRING   (4+)
  types_filter => STRING    (5+)

ListGroups Response => throttle_time_ms error_code [groups]
  throttle_time_ms => INT32   (1+)
  error_code => INT16
  groups => group_id protocol_type group_state group_type
    group_id => STRING   protocol_type => STRING
    group_state => STRING     (4+)
    group_type => STRING      (5+)
*/
export const listGroups: Api = {
  key: 16,
  name: "ListGroups",
  minVersion: 0,
  maxVersion: 5,
  firstFlexibleVersion: 3,
  handle(request, response, { version, broker }) {
    const states = version >= 4 ? request.array(() => request.string().toLowerCase()) : [];
    const types = version >= 5 ? request.array(() => request.string().toLowerCase()) : [];
    const groups = broker.groups.ids().flatMap((id) => {
      const { state = "Empty", protocolType = "" } = broker.groups.group(id) ?? {};
      const wanted =
        (states.length === 0 || states.includes(state.toLowerCase())) &&
        (types.length === 0 || types.includes(groupType));
      return wanted ? [{ id, state, protocolType }] : [];
    });
    if (version >= 1) response.int32(0);
    response.int16(ErrorCode.NONE).array(groups, ({ id, state, protocolType }) => {
      response.string(id).string(protocolType);
      if (version >= 4) response.string(state);
      if (version >= 5) response.string(groupType);
      response.endStruct();
    });
    response.endStruct();
  },
};

/** The type of every group here: those of the protocol before KIP-848. */
const groupType = "classic";
