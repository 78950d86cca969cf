export type { Envelope } from "./envelope.ts";
export type { DataOf, EarlierGenerations, EventDescriptor, Issue } from "./event-descriptor.ts";
export { envelopeFromHeaders, envelopeToHeaders } from "./envelope-headers.ts";
export { DecodeError, EncodeError } from "./errors.ts";
export { decodeRecordHeaders, encodeRecordHeaders } from "./record-headers.ts";
export { type Frame, frame, parseFrame } from "./wire-format.ts";
