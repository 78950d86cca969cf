/** What ended a pause: its time, a hint that there are events, or `wake`. */
export type PauseEnd = "time" | "hint" | "wake";

/**
 * A pause that others can end, or shorten.
 *
 *   wake ──► the pause at hand ends, or the next one at once
 *   hint ──► it ends when its least time is over: however many hints come, they make no more rounds than work does
 */
export class Wakeup {
  #end: (() => void) | null = null;
  #isWoken = false;
  #isHinted = false;

  wake(): void {
    this.#isWoken = true;
    this.#end?.();
  }

  hint(): void {
    this.#isHinted = true;
    this.#end?.();
  }

  /** Resolves after `ms`, after `leastMs` when hinted, and at once when woken or when the signal is aborted. */
  wait(ms: number, leastMs: number, signal: AbortSignal): Promise<PauseEnd> {
    return new Promise((resolve) => {
      const finish = (end: PauseEnd) => {
        clearTimeout(timer);
        clearTimeout(least);
        signal.removeEventListener("abort", look);
        this.#end = null;
        this.#isWoken = false;
        this.#isHinted = false;
        resolve(end);
      };
      let isLeastOver = false;
      const look = () => {
        if (signal.aborted || this.#isWoken) finish("wake");
        else if (this.#isHinted && isLeastOver) finish("hint");
      };
      const timer = setTimeout(() => finish("time"), ms);
      const least = setTimeout(() => {
        isLeastOver = true;
        look();
      }, leastMs);
      this.#end = look;
      signal.addEventListener("abort", look);
      look();
    });
  }
}
