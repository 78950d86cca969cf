import type { Api } from "../protocol/api.ts";
import { ErrorCode } from "../protocol/error-codes.ts";

/*
FindCoordinator Request (Version: 0 to 4; flexible from 3) => key key_type [coordinator_keys]
  key => STRING                (0 to 3)
  key_type => INT8             (1+)   0: group, 1: transaction
  coordinator_keys => STRING   (4+)

FindCoordinator Response (Version: 0 to 3) => throttle_time_ms error_code error_message node_id host port
FindCoordinator Response (Version: 4) => throttle_time_ms [coordinators]
  coordinators => key node_id host port error_code error_message
  throttle_time_ms => INT32    (1+)
  error_message => NULLABLE_STRING   (1+)
  error_code => INT16   node_id => INT32   host => STRING   port => INT32
*/
export const findCoordinator: Api = {
  key: 10,
  name: "FindCoordinator",
  minVersion: 0,
  maxVersion: 4,
  firstFlexibleVersion: 3,
  handle(request, response, { version, broker, address }) {
    const single = version <= 3 ? [request.string()] : [];
    const type = version >= 1 ? request.int8() : 0;
    const keys = version >= 4 ? request.array(() => request.string()) : single;
    const error = type === 0 || type === 1 ? ErrorCode.NONE : ErrorCode.INVALID_REQUEST;
    const found = error === ErrorCode.NONE;
    const { host, port } = found ? address : { host: "", port: -1 };
    const nodeId = found ? broker.nodeId : -1;
    if (version >= 1) response.int32(0);
    if (version >= 4) {
      response.array(keys, (key) => {
        response.string(key).int32(nodeId).string(host).int32(port).int16(error).nullableString(null).endStruct();
      });
    } else {
      response.int16(error);
      if (version >= 1) response.nullableString(null);
      response.int32(nodeId).string(host).int32(port);
    }
    response.endStruct();
  },
};
