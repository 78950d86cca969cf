import type { Api } from "../protocol/api.ts";
import { fencedFor } from "./producer-fenced.ts";

/*
EndTxn Request (Version: 0 to 4; flexible from 3) => transactional_id producer_id producer_epoch committed
  transactional_id => STRING   producer_id => INT64   producer_epoch => INT16   committed => BOOLEAN

EndTxn Response => throttle_time_ms error_code
  throttle_time_ms => INT32   error_code => INT16
*/
export const endTxn: Api = {
  key: 26,
  name: "EndTxn",
  minVersion: 0,
  maxVersion: 4,
  firstFlexibleVersion: 3,
  handle(request, response, { version, broker }) {
    const transactionalId = request.string();
    const producer = { producerId: request.int64(), epoch: request.int16() };
    const result = request.boolean() ? "commit" : "abort";
    const found = broker.transactions.find(transactionalId, producer);
    const error = typeof found === "number" ? fencedFor(version, found) : broker.transactions.end(found, result);
    response.int32(0).int16(error).endStruct();
  },
};
