const EMPTY = Buffer.alloc(0);
/** A code and the length of what follows, itself included. */
const HEAD_BYTES = 5;
/** What is kept for messages in pieces, once one was larger. */
const KEPT_BYTES = 1 << 20;

/**
 * Cuts what a PostgreSQL server sends into messages. One that lies whole in a chunk is looked at where it is; only one that
 * the next chunk goes on with is copied, so that a stream of rows costs a copy for each chunk and no object for each row.
 *
 *   message => code(int8) length(int32, itself included) body
 *
 * Source: PostgreSQL manual, "Message Formats".
 */
export class ServerMessages {
  /** The message that `next` found: its code, and its body `bytes[start, end)`, valid until the next call. */
  code = 0;
  bytes: Buffer = EMPTY;
  start = 0;
  end = 0;
  #chunk: Buffer = EMPTY;
  #at = 0;
  /** The beginning of a message that is not whole yet. */
  #piece = Buffer.allocUnsafeSlow(4 << 10);
  #pieceBytes = 0;

  /** Adds a chunk; `next` must have answered false before. */
  push(chunk: Buffer): void {
    this.#chunk = chunk;
    this.#at = 0;
  }

  /** False when more bytes are needed. */
  next(): boolean {
    if (this.#pieceBytes > 0) return this.#completePiece();
    const chunk = this.#chunk;
    const at = this.#at;
    const end = at + HEAD_BYTES > chunk.length ? Number.POSITIVE_INFINITY : at + 1 + chunk.readInt32BE(at + 1);
    if (end > chunk.length) {
      this.#take(chunk.length - at);
      return false;
    }
    this.#at = end;
    this.#show(chunk, at, end);
    return true;
  }

  /** The message that `next` found, and everything behind it. */
  rest(): Buffer[] {
    return [this.bytes.subarray(this.start - HEAD_BYTES, this.end), ...this.after()];
  }

  /** Everything behind the message that `next` found. */
  after(): Buffer[] {
    return this.#at < this.#chunk.length ? [this.#chunk.subarray(this.#at)] : [];
  }

  #completePiece(): boolean {
    if (!this.#fillUpTo(HEAD_BYTES)) return false;
    const bytes = 1 + this.#piece.readInt32BE(1);
    if (!this.#fillUpTo(bytes)) return false;
    this.#pieceBytes = 0;
    this.#show(this.#piece, 0, bytes);
    if (bytes > KEPT_BYTES) this.#piece = Buffer.allocUnsafeSlow(4 << 10); // `bytes` holds the large one until the next
    return true;
  }

  #fillUpTo(bytes: number): boolean {
    this.#take(Math.min(bytes - this.#pieceBytes, this.#chunk.length - this.#at));
    return this.#pieceBytes >= bytes;
  }

  /** Moves bytes of the chunk to the piece. */
  #take(bytes: number): void {
    if (bytes <= 0) return;
    const needed = this.#pieceBytes + bytes;
    if (needed > this.#piece.length) {
      const larger = Buffer.allocUnsafeSlow(2 * needed);
      this.#piece.copy(larger, 0, 0, this.#pieceBytes);
      this.#piece = larger;
    }
    this.#chunk.copy(this.#piece, this.#pieceBytes, this.#at, this.#at + bytes);
    this.#pieceBytes = needed;
    this.#at += bytes;
  }

  #show(bytes: Buffer, at: number, end: number): void {
    this.code = bytes[at] as number;
    this.bytes = bytes;
    this.start = at + HEAD_BYTES;
    this.end = end;
  }
}
