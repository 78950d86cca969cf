const LEAST_BYTES = 4 << 10;

/**
 * Buffers to be filled again, in powers of two from 4 KiB. Keeps at most `maxKeptBytes`; what is more is left to the
 * garbage collector.
 */
export class BufferPool {
  readonly #maxKeptBytes: number;
  readonly #free = new Map<number, Buffer[]>();
  #keptBytes = 0;

  constructor(maxKeptBytes: number) {
    this.#maxKeptBytes = maxKeptBytes;
  }

  get keptBytes(): number {
    return this.#keptBytes;
  }

  /** A buffer of at least this size, its content arbitrary. */
  take(bytes: number): Buffer {
    const size = sizeOf(bytes);
    const kept = this.#free.get(size)?.pop();
    if (kept === undefined) return Buffer.allocUnsafeSlow(size);
    this.#keptBytes -= size;
    return kept;
  }

  /** The caller forgets the buffer. */
  give(buffer: Buffer): void {
    const size = buffer.length;
    if (this.#keptBytes + size > this.#maxKeptBytes) return;
    const free = this.#free.get(size);
    if (free === undefined) this.#free.set(size, [buffer]);
    else free.push(buffer);
    this.#keptBytes += size;
  }
}

function sizeOf(bytes: number): number {
  let size = LEAST_BYTES;
  while (size < bytes) size *= 2;
  return size;
}
