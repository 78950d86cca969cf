import type { Api } from "../protocol/api.ts";
import { ErrorCode } from "../protocol/error-codes.ts";
import { fencedFor } from "./producer-fenced.ts";

/*
AddOffsetsToTxn Request (Version: 0 to 4; flexible from 3) => transactional_id producer_id producer_epoch group_id
  transactional_id => STRING   producer_id => INT64   producer_epoch => INT16   group_id => STRING

AddOffsetsToTxn Response => throttle_time_ms error_code
  throttle_time_ms => INT32   error_code => INT16
*/
export const addOffsetsToTxn: Api = {
  key: 25,
  name: "AddOffsetsToTxn",
  minVersion: 0,
  maxVersion: 4,
  firstFlexibleVersion: 3,
  handle(request, response, { version, broker }) {
    const transactionalId = request.string();
    const producer = { producerId: request.int64(), epoch: request.int16() };
    const groupId = request.string();
    const found = broker.transactions.find(transactionalId, producer);
    if (typeof found !== "number") broker.transactions.addGroup(found, groupId);
    response
      .int32(0)
      .int16(typeof found === "number" ? fencedFor(version, found) : ErrorCode.NONE)
      .endStruct();
  },
};
