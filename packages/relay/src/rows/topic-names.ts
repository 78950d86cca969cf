/** Topics that one relay may meet before it forgets them and starts again. */
const MAX_NAMES = 10_000;

/** A topic's bytes, and the one string that stands for them. */
interface TopicName {
  readonly bytes: Buffer;
  readonly name: string;
}

/**
 * Gives the same string for the same bytes without making one for each row: topics repeat, and a comparison of twenty
 * bytes is cheaper than a string.
 */
export class TopicNames {
  #byHash = new Map<number, TopicName[]>();
  #size = 0;
  #last: TopicName | null = null;

  at(bytes: Buffer, start: number, end: number): string {
    const last = this.#last;
    if (last !== null && isSame(last.bytes, bytes, start, end)) return last.name;
    const hash = hashOf(bytes, start, end);
    const known = this.#byHash.get(hash)?.find((topic) => isSame(topic.bytes, bytes, start, end));
    this.#last = known ?? this.#add(hash, bytes, start, end);
    return this.#last.name;
  }

  #add(hash: number, bytes: Buffer, start: number, end: number): TopicName {
    if (this.#size >= MAX_NAMES) {
      this.#byHash.clear();
      this.#size = 0;
    }
    const topic = { bytes: Buffer.from(bytes.subarray(start, end)), name: bytes.toString("utf8", start, end) };
    const ofHash = this.#byHash.get(hash);
    if (ofHash === undefined) this.#byHash.set(hash, [topic]);
    else ofHash.push(topic);
    this.#size++;
    return topic;
  }
}

function isSame(known: Buffer, bytes: Buffer, start: number, end: number): boolean {
  if (known.length !== end - start) return false;
  for (let at = 0; at < known.length; at++) if (known[at] !== bytes[start + at]) return false;
  return true;
}

/** FNV-1a, 32 bits. */
function hashOf(bytes: Buffer, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  return hash | 0;
}
