const initialBytes = 512;

/**
 * Writes the primitive types of the Kafka protocol, the counterpart of `Reader`. Large values are referenced instead of
 * copied, so that a fetched batch goes from the log to the socket as it is.
 */
export class Writer {
  readonly #parts: Buffer[] = [];
  readonly #flexible: boolean;
  #current = Buffer.allocUnsafe(initialBytes);
  #position = 0;

  constructor(flexible: boolean) {
    this.#flexible = flexible;
  }

  int8(value: number): this {
    const at = this.#advance(1);
    this.#current.writeInt8(value, at);
    return this;
  }

  boolean(value: boolean): this {
    return this.int8(value ? 1 : 0);
  }

  int16(value: number): this {
    const at = this.#advance(2);
    this.#current.writeInt16BE(value, at);
    return this;
  }

  int32(value: number): this {
    const at = this.#advance(4);
    this.#current.writeInt32BE(value, at);
    return this;
  }

  int64(value: bigint): this {
    const at = this.#advance(8);
    this.#current.writeBigInt64BE(value, at);
    return this;
  }

  unsignedVarint(value: number): this {
    let rest = value;
    while (rest >= 0x80) {
      const at = this.#advance(1);
      this.#current.writeUInt8((rest % 0x80) | 0x80, at);
      rest = Math.floor(rest / 0x80);
    }
    const at = this.#advance(1);
    this.#current.writeUInt8(rest, at);
    return this;
  }

  string(value: string): this {
    return this.nullableString(value);
  }

  nullableString(value: string | null): this {
    const length = value === null ? -1 : Buffer.byteLength(value);
    if (this.#flexible) this.unsignedVarint(length + 1);
    else this.int16(length);
    if (value === null || length === 0) return this;
    const at = this.#advance(length);
    this.#current.write(value, at);
    return this;
  }

  /** `hex`: 32 hexadecimal digits. */
  uuid(hex: string): this {
    const at = this.#advance(16);
    this.#current.write(hex, at, "hex");
    return this;
  }

  bytes(value: Buffer): this {
    this.#length(value.length);
    const at = this.#advance(value.length);
    value.copy(this.#current, at);
    return this;
  }

  /** The buffers in a row as one value of type bytes. They must not change before the response is sent. */
  records(buffers: readonly Buffer[]): this {
    this.#length(buffers.reduce((total, buffer) => total + buffer.length, 0));
    if (buffers.length === 0) return this;
    this.#parts.push(this.#current.subarray(0, this.#position), ...buffers);
    this.#current = this.#current.subarray(this.#position);
    this.#position = 0;
    return this;
  }

  array<T>(values: readonly T[], element: (value: T) => void): this {
    this.#length(values.length);
    for (const value of values) element(value);
    return this;
  }

  nullArray(): this {
    return this.#length(-1);
  }

  /** Ends a structure: no tagged fields; nothing where the version is not flexible. */
  endStruct(): this {
    return this.#flexible ? this.unsignedVarint(0) : this;
  }

  /** The response's bytes, in order. Ends the writer. */
  finish(): Buffer[] {
    return [...this.#parts, this.#current.subarray(0, this.#position)];
  }

  #length(value: number): this {
    return this.#flexible ? this.unsignedVarint(value + 1) : this.int32(value);
  }

  /** Makes room, maybe in another buffer: call it before `#current` is looked at. */
  #advance(length: number): number {
    if (length > this.#current.length - this.#position) {
      this.#parts.push(this.#current.subarray(0, this.#position));
      this.#current = Buffer.allocUnsafe(Math.max(initialBytes, length));
      this.#position = 0;
    }
    const start = this.#position;
    this.#position += length;
    return start;
  }
}
