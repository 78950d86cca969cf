const SEED = 0x9747b28c;
const M = 0x5bd1e995;
const R = 24;

/**
 * Kafka's variant of MurmurHash2 over `data[start, end)`, as a signed 32-bit integer. Source: `Utils.murmur2` of Apache
 * Kafka's clients.
 *
 * kafkajs's own gives the same numbers, but on BigInts that grow with the key: 4.5 s for one of 200 kB. This one reads
 * byte by byte, so that a key inside a larger buffer needs no view of its own.
 */
export function murmur2(data: Uint8Array, start = 0, end: number = data.length): number {
  const length = end - start;
  const whole = start + (length & ~3);
  let h = SEED ^ length;
  for (let at = start; at < whole; at += 4) {
    const word = byte(data, at) | (byte(data, at + 1) << 8) | (byte(data, at + 2) << 16) | (byte(data, at + 3) << 24);
    let k = Math.imul(word, M);
    k ^= k >>> R;
    h = Math.imul(h, M) ^ Math.imul(k, M);
  }
  if (whole < end) {
    for (let at = end - 1; at >= whole; at--) h ^= byte(data, at) << ((at - whole) * 8);
    h = Math.imul(h, M);
  }
  h ^= h >>> 13;
  h = Math.imul(h, M);
  h ^= h >>> 15;
  return h | 0;
}

/** The partition that Java's default partitioner gives a record with the key `data[start, end)`. */
export function partitionOfKey(data: Uint8Array, partitions: number, start = 0, end: number = data.length): number {
  return (murmur2(data, start, end) & 0x7fffffff) % partitions;
}

function byte(data: Uint8Array, at: number): number {
  return data[at] as number;
}
