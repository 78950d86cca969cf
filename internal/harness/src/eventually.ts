import { setTimeout as delay } from "node:timers/promises";

const POLL_MS = 20;

/**
 * Asks again and again until the answer is neither null, undefined nor false, and returns it. For conditions that send
 * no signal, such as a row that another process writes.
 *
 * @param timeoutMs gives up after this long. Default: 30 s
 * @param describe what the error shall tell of the state then
 */
export async function eventually<Answer>(
  ask: () => Promise<Answer | null | undefined | false> | Answer | null | undefined | false,
  timeoutMs = 30_000,
  describe: () => Promise<string> | string = () => "",
): Promise<Answer> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== null && answer !== undefined && answer !== false) return answer;
    if (performance.now() > deadline)
      throw new Error(`still ${String(answer)} after ${timeoutMs} ms: ${ask.toString()} ${await describe()}`.trimEnd());
    await delay(POLL_MS);
  }
}
