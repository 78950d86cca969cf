import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

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

/**
 * Gives back what loading and connecting left behind, a third of the heap, for 60 ms once: V8 would keep it until the heap
 * is full, and the buffers of the first backlog would come on top. Of the kinds of collections only the last resort, V8's
 * name for it, compacts and lets the operating system have the pages.
 *
 * Does nothing where V8 does not offer it.
 */
export function releaseStartupMemory(): void {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("globalThis.gc");
  if (typeof collect === "function") collect({ type: "major", execution: "sync", flavor: "last-resort" });
}
