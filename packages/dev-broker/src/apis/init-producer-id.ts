import type { Api } from "../protocol/api.ts";
import { ErrorCode } from "../protocol/error-codes.ts";
import type { InitResult, ProducerIdentity } from "../transactions/transaction-coordinator.ts";

/*
InitProducerId Request (Version: 0 to 5; flexible from 2) => transactional_id transaction_timeout_ms producer_id
    producer_epoch
  transactional_id => NULLABLE_STRING   transaction_timeout_ms => INT32
  producer_id => INT64      (3+)
  producer_epoch => INT16   (3+)

InitProducerId Response => throttle_time_ms error_code producer_id producer_epoch
  throttle_time_ms => INT32   error_code => INT16   producer_id => INT64   producer_epoch => INT16
*/
export const initProducerId: Api = {
  key: 22,
  name: "InitProducerId",
  minVersion: 0,
  maxVersion: 5,
  firstFlexibleVersion: 2,
  handle(request, response, { version, broker }) {
    const transactionalId = request.nullableString();
    const timeoutMs = request.int32();
    const claimed = version >= 3 ? { producerId: request.int64(), epoch: request.int16() } : nobody;
    const result = init();
    const fencedIsUnknown = version < 4 && result.error === ErrorCode.PRODUCER_FENCED;
    response.int32(0).int16(fencedIsUnknown ? ErrorCode.INVALID_PRODUCER_EPOCH : result.error);
    response.int64(result.producerId).int16(result.epoch).endStruct();

    function init(): InitResult {
      const isClaim = claimed.producerId !== nobody.producerId;
      if (isClaim !== (claimed.epoch !== nobody.epoch)) return { error: ErrorCode.INVALID_REQUEST, ...nobody };
      if (transactionalId !== null) {
        return broker.transactions.init(transactionalId, timeoutMs, isClaim ? claimed : null);
      }
      return { error: ErrorCode.NONE, producerId: broker.transactions.newProducerId(), epoch: 0 };
    }
  },
};

const nobody: ProducerIdentity = { producerId: -1n, epoch: -1 };
