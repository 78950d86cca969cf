import { abortableDelay } from "./abortable-delay.ts";
import type { ConsumerEventListener } from "./consumer-event.ts";
import type { GroupMember, TopicPartition } from "./kafka-port.ts";

type PartitionOffset = TopicPartition & { readonly offset: bigint };

/** Between two tries of a commit that fails. Not urgent: what is not committed is known to the inbox. */
const RETRY_MS = 500;

/**
 * Commits offsets during one assignment, one request at a time: while one is under way the next positions gather, so
 * that a busy consumer commits in batches and an idle one at once. No handler ever waits for it.
 *
 * ```
 *  IDLE ──done()──▶ COMMITTING ──ok, nothing new──▶ IDLE
 *                    │   ▲ failed: again in 500 ms, with whatever has gathered
 *                    ▼   │
 *                  close(): no commit begins any more
 * ```
 */
export class OffsetCommitter {
  readonly #member: Pick<GroupMember, "commit">;
  readonly #emit: ConsumerEventListener;
  readonly #closing = new AbortController();
  #pending = new Map<string, PartitionOffset>();
  #running: Promise<void> | null = null;

  constructor(member: Pick<GroupMember, "commit">, emit: ConsumerEventListener) {
    this.#member = member;
    this.#emit = emit;
  }

  /** The record at this offset is done, and so is everything before it in its partition. */
  done({ topic, partition, offset }: PartitionOffset): void {
    if (this.#closing.signal.aborted) return;
    this.#pending.set(`${topic}/${partition}`, { topic, partition, offset: offset + 1n });
    this.#running ??= this.#commitPending();
  }

  /** Resolves when everything done so far is committed, or the committer is closed. */
  async flush(): Promise<void> {
    await this.#running;
  }

  /** The assignment is over: another member may own the partitions by now. */
  close(): void {
    this.#closing.abort();
    this.#pending.clear();
  }

  async #commitPending(): Promise<void> {
    const { signal } = this.#closing;
    while (this.#pending.size > 0 && !signal.aborted) {
      const batch = this.#pending;
      this.#pending = new Map();
      try {
        await this.#member.commit([...batch.values()]);
        for (const { offset, ...partition } of batch.values()) this.#emit({ kind: "committed", partition, offset });
      } catch (error) {
        if (signal.aborted) break;
        this.#emit({ kind: "commit-failed", error });
        this.#pending = new Map([...batch, ...this.#pending]);
        await abortableDelay(RETRY_MS, signal);
      }
    }
    this.#running = null;
  }
}
