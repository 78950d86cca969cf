import { createDecoder, type EventDescriptor } from "@waybill/events";
import { createAvscType } from "./avsc-types.ts";
import type { BenchEvent } from "./bench-schema.ts";

/** One way to encode and decode one event. */
export interface Codec {
  readonly encode: (data: Record<string, unknown>) => Uint8Array;
  readonly decode: (bytes: Buffer) => unknown;
  /** What another version wrote. */
  readonly resolve: (bytes: Buffer) => unknown;
}

/** The codec of a descriptor, generated or interpreted. */
export function descriptorCodec(descriptor: EventDescriptor, { writer }: BenchEvent): Codec {
  return {
    encode: (data) => descriptor.encode(data),
    decode: (bytes) => descriptor.decode(bytes),
    resolve: createDecoder(writer, descriptor),
  };
}

/** As much checking as ours does: avsc's own encoder would take a string where a number should be. */
export function avscCodec({ reader, writer }: BenchEvent): Codec {
  const type = createAvscType(reader);
  const resolver = type.createResolver(createAvscType(writer));
  return {
    encode(data) {
      if (!type.isValid(data, { errorHook: refuse })) throw new TypeError("invalid");
      return type.toBuffer(data);
    },
    decode: (bytes) => type.fromBuffer(bytes),
    resolve: (bytes) => type.fromBuffer(bytes, resolver),
  };
}

function refuse(path: readonly string[]): never {
  throw new TypeError(`invalid at ${path.join(".")}`);
}
