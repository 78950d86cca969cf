import { setFlagsFromString } from "node:v8";

/**
 * Keeps V8's young generation at the size that it begins with, 1 MB, where it would grow to 32: to be called first of all,
 * as what has grown does not shrink while there is work.
 *
 * The relay makes little garbage in JavaScript, but each read and each request leaves a buffer outside the heap behind,
 * which is only freed when the young generation is collected: a large one rarely is.
 *
 * A V8 flag rather than node's --max-semi-space-size, as an executable script cannot portably hand flags to node. The
 * factor is read whenever the young generation is about to grow.
 */
export function keepYoungGenerationSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
}
