import { randomFillSync } from "node:crypto";
import { v7 } from "uuid";

const BYTES_OF_AN_ID = 16;

/** Fetched for many ids at once: a call for each takes 5 us, a third of what an event costs before it is sent. */
const randomBytes = Buffer.alloc(256 * BYTES_OF_AN_ID);
let used = randomBytes.length;
let lastMs = 0;
let lastSequence = 0;

/**
 * A UUIDv7 that sorts after all that this process made before, also when its clock goes back. Within a millisecond a counter
 * goes up from a random 31-bit number; it has 32 bits. Source: RFC 9562, 6.2, method 1.
 */
export function newEventId(): string {
  if (used === randomBytes.length) {
    randomFillSync(randomBytes);
    used = 0;
  }
  const random = randomBytes.subarray(used, used + BYTES_OF_AN_ID);
  used += BYTES_OF_AN_ID;
  const now = Date.now();
  lastSequence = now > lastMs ? random.readUInt32BE(0) >>> 1 : lastSequence + 1;
  lastMs = Math.max(now, lastMs);
  return v7({ random, msecs: lastMs, seq: lastSequence });
}
