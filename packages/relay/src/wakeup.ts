/** A pause that something else can end. */
export class Wakeup {
  #wake: (() => void) | null = null;
  #isWoken = false;

  /** Ends the pause at hand, or the next one at once. */
  wake(): void {
    this.#isWoken = true;
    this.#wake?.();
  }

  /** Resolves after `ms`, when woken, or when the signal is aborted. */
  wait(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", finish);
        this.#wake = null;
        this.#isWoken = false;
        resolve();
      };
      const timer = setTimeout(finish, ms);
      this.#wake = finish;
      signal.addEventListener("abort", finish);
      if (signal.aborted || this.#isWoken) finish();
    });
  }
}
