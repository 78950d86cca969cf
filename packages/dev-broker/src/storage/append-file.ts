import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";

/**
 * A file that only grows. Writes are synchronous and reach the kernel before they return, so they outlive the process,
 * a SIGKILL included; a power cut can take the last ones, as nothing waits for the disk.
 */
export class AppendFile {
  readonly #fd: number;
  #size: number;

  private constructor(fd: number, size: number) {
    this.#fd = fd;
    this.#size = size;
  }

  /**
   * Opens or creates the file. `keep` sees what it holds and answers how many bytes of it are whole; the rest, the torn
   * tail of a write that a kill cut short, is dropped.
   */
  static open(path: string, keep: (content: Buffer) => number): AppendFile {
    const fd = openSync(path, "a+");
    closeSync(fd);
    const writable = openSync(path, "r+");
    try {
      const size = keep(readFileSync(writable));
      ftruncateSync(writable, size);
      return new AppendFile(writable, size);
    } catch (error) {
      closeSync(writable);
      throw error;
    }
  }

  /** All of `bytes` or, when it throws, none: the next append overwrites what a failed one left. */
  append(bytes: Buffer): void {
    for (let written = 0; written < bytes.length; ) {
      written += writeSync(this.#fd, bytes, written, bytes.length - written, this.#size + written);
    }
    this.#size += bytes.length;
  }

  close(): void {
    closeSync(this.#fd);
  }
}
