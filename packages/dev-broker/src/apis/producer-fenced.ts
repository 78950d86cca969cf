import { ErrorCode } from "../protocol/error-codes.ts";

/** The first version of AddPartitionsToTxn, AddOffsetsToTxn and EndTxn that knows PRODUCER_FENCED (KIP-588). */
const firstVersion = 2;

/** The error as a client of this version understands it. */
export function fencedFor(version: number, error: ErrorCode): ErrorCode {
  return version < firstVersion && error === ErrorCode.PRODUCER_FENCED ? ErrorCode.INVALID_PRODUCER_EPOCH : error;
}
