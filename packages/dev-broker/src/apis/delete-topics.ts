import type { Api } from "../protocol/api.ts";
import { ErrorCode } from "../protocol/error-codes.ts";

/*
DeleteTopics Request (Version: 1 to 5; flexible from 4) => [topic_names] timeout_ms
  topic_names => STRING   timeout_ms => INT32

DeleteTopics Response => throttle_time_ms [responses]
  throttle_time_ms => INT32
  responses => name error_code error_message
    name => STRING   error_code => INT16
    error_message => NULLABLE_STRING   (5+)
*/
export const deleteTopics: Api = {
  key: 20,
  name: "DeleteTopics",
  minVersion: 1,
  maxVersion: 5,
  firstFlexibleVersion: 4,
  handle(request, response, { version, broker }) {
    const names = request.array(() => request.string());
    response.int32(0).array(names, (name) => {
      const deleted = broker.deleteTopic(name);
      response.string(name).int16(deleted ? ErrorCode.NONE : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
      if (version >= 5) response.nullableString(deleted ? null : "This server does not host this topic-partition.");
      response.endStruct();
    });
    response.endStruct();
  },
};
