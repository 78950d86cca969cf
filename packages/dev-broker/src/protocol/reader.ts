import { DevBrokerError } from "../errors.ts";

/**
 * Reads the primitive types of the Kafka protocol from one request. `flexible` versions (KIP-482) write strings, bytes
 * and arrays with an unsigned varint of length + 1 and end every structure with tagged fields; the older ones use fixed
 * lengths. Whatever does not fit the request's bytes is a MALFORMED_REQUEST.
 *
 * @see https://kafka.apache.org/protocol#protocol_types
 */
export class Reader {
  readonly #bytes: Buffer;
  #position: number;
  readonly #flexible: boolean;

  constructor(bytes: Buffer, position: number, flexible: boolean) {
    this.#bytes = bytes;
    this.#position = position;
    this.#flexible = flexible;
  }

  /** Where the next read begins. */
  get position(): number {
    return this.#position;
  }

  int8(): number {
    return this.#bytes.readInt8(this.#advance(1));
  }

  boolean(): boolean {
    return this.int8() !== 0;
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#advance(2));
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#advance(4));
  }

  int64(): bigint {
    return this.#bytes.readBigInt64BE(this.#advance(8));
  }

  unsignedVarint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#bytes.readUInt8(this.#advance(1));
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw malformed("a varint is longer than 5 bytes");
  }

  string(): string {
    return this.nullableString() ?? refuseNull("string");
  }

  nullableString(): string | null {
    const length = this.#flexible ? this.unsignedVarint() - 1 : this.int16();
    if (length < 0) return null;
    const start = this.#advance(length);
    return this.#bytes.toString("utf8", start, start + length);
  }

  bytes(): Buffer {
    return this.nullableBytes() ?? refuseNull("bytes");
  }

  /** A view of the request's own bytes, not a copy. */
  nullableBytes(): Buffer | null {
    const length = this.#flexible ? this.unsignedVarint() - 1 : this.int32();
    if (length < 0) return null;
    const start = this.#advance(length);
    return this.#bytes.subarray(start, start + length);
  }

  array<T>(element: () => T): T[] {
    return this.nullableArray(element) ?? refuseNull("array");
  }

  nullableArray<T>(element: () => T): T[] | null {
    const length = this.#flexible ? this.unsignedVarint() - 1 : this.int32();
    if (length < 0) return null;
    // Every element takes a byte or more: a larger count cannot be true, and must not size an array.
    if (length > this.#bytes.length - this.#position) throw malformed(`an array claims ${length} elements`);
    return Array.from({ length }, element);
  }

  /** Ends a structure: skips its tagged fields, which are all optional; nothing where the version is not flexible. */
  endStruct(): void {
    if (!this.#flexible) return;
    for (let remaining = this.unsignedVarint(); remaining > 0; remaining -= 1) {
      this.unsignedVarint();
      this.#advance(this.unsignedVarint());
    }
  }

  #advance(length: number): number {
    const start = this.#position;
    if (length > this.#bytes.length - start) throw malformed(`${length} bytes wanted at byte ${start}`);
    this.#position = start + length;
    return start;
  }
}

function malformed(reason: string): DevBrokerError {
  return new DevBrokerError("MALFORMED_REQUEST", `The request does not follow its version's grammar: ${reason}`);
}

function refuseNull(type: string): never {
  throw malformed(`null in place of a ${type}`);
}
