import { DevBrokerError } from "../errors.ts";

/** The largest request that is taken: the default of Kafka's `socket.request.max.bytes`. */
export const maxFrameBytes = 104_857_600;

/** The shortest request header: api key, api version, correlation id, a null client id. */
const minFrameBytes = 10;

/**
 * Cuts a connection's byte stream into frames (int32 length, then that many bytes). Every frame gets a buffer of its
 * own, so that record batches can stay in the log as views of it.
 */
export class FrameAssembler {
  readonly #length = Buffer.alloc(4);
  #lengthBytes = 0;
  #frame: Buffer | undefined;
  #frameBytes = 0;

  /**
   * The frames that `chunk` completes. An iterator, so that a refused length is thrown after the good frames before it.
   *
   * @throws DevBrokerError MALFORMED_REQUEST when a length is below a request header's or above `maxFrameBytes`
   */
  *push(chunk: Buffer): Generator<Buffer> {
    for (let position = 0; position < chunk.length; ) {
      if (this.#frame === undefined) {
        position += this.#collectLength(chunk, position);
        continue;
      }
      const copied = chunk.copy(this.#frame, this.#frameBytes, position);
      position += copied;
      this.#frameBytes += copied;
      if (this.#frameBytes < this.#frame.length) return;
      const frame = this.#frame;
      this.#frame = undefined;
      yield frame;
    }
  }

  #collectLength(chunk: Buffer, position: number): number {
    const copied = chunk.copy(this.#length, this.#lengthBytes, position);
    this.#lengthBytes += copied;
    if (this.#lengthBytes === this.#length.length) this.#startFrame(this.#length.readInt32BE(0));
    return copied;
  }

  #startFrame(bytes: number): void {
    if (bytes < minFrameBytes || bytes > maxFrameBytes) {
      throw new DevBrokerError(
        "MALFORMED_REQUEST",
        `A request of ${bytes} bytes was refused: a request has ${minFrameBytes} to ${maxFrameBytes} bytes`,
      );
    }
    this.#frame = Buffer.allocUnsafeSlow(bytes);
    this.#frameBytes = 0;
    this.#lengthBytes = 0;
  }
}
