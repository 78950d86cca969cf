import { DecodeError } from "./errors.ts";

/** A message value taken apart: the registry's schema id and the Avro bytes (a view, not a copy). */
export interface Frame {
  readonly registryId: number;
  readonly payload: Uint8Array;
}

const MAGIC = 0;
const PREFIX_BYTES = 5;

/**
 * The registry wire format: a zero byte, the registry's schema id as a big-endian int32, the Avro bytes.
 * Source: Confluent's "Schema Registry wire format".
 */
export function frame(registryId: number, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const framed = new Uint8Array(PREFIX_BYTES + payload.length);
  new DataView(framed.buffer).setInt32(1, registryId);
  framed.set(payload, PREFIX_BYTES);
  return framed;
}

/** @throws DecodeError when the value does not begin as the wire format does. */
export function parseFrame(value: Uint8Array): Frame {
  if (value.length < PREFIX_BYTES) {
    throw new DecodeError(`not in the registry wire format: ${value.length} bytes, shorter than its 5-byte prefix`);
  }
  if (value[0] !== MAGIC) {
    throw new DecodeError(`not in the registry wire format: the first byte is ${value[0]}, not 0`);
  }
  const registryId = new DataView(value.buffer, value.byteOffset, value.length).getInt32(1);
  return { registryId, payload: value.subarray(PREFIX_BYTES) };
}
