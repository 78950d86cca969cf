const SEED = 0x9747b28c;
const M = 0x5bd1e995;
const R = 24;

/**
 * Kafka's variant of MurmurHash2, as a signed 32-bit integer. Source: `Utils.murmur2` of Apache Kafka's clients.
 *
 * kafkajs's own gives the same numbers, but on BigInts that grow with the key: 4.5 s for one of 200 kB.
 */
export function murmur2(data: Uint8Array): number {
  const { length } = data;
  const view = new DataView(data.buffer, data.byteOffset, length);
  const whole = length & ~3;
  let h = SEED ^ length;
  for (let at = 0; at < whole; at += 4) {
    let k = Math.imul(view.getInt32(at, true), M);
    k ^= k >>> R;
    h = Math.imul(h, M) ^ Math.imul(k, M);
  }
  if (whole < length) {
    for (let at = length - 1; at >= whole; at--) h ^= view.getUint8(at) << ((at - whole) * 8);
    h = Math.imul(h, M);
  }
  h ^= h >>> 13;
  h = Math.imul(h, M);
  h ^= h >>> 15;
  return h | 0;
}

/** The partition that Java's default partitioner gives a record with this key. */
export function partitionOfKey(key: Uint8Array, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions;
}
