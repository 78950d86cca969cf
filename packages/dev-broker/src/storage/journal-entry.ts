/** A topic as the journal knows it. */
export interface TopicEntry {
  readonly kind: "topic";
  readonly name: string;
  /** 32 hexadecimal digits; the name of its folder. */
  readonly id: string;
  readonly partitions: number;
  readonly configs: Readonly<Record<string, string>>;
}

/** A committed offset; `offset` is a decimal int64. */
export interface OffsetEntry {
  readonly kind: "offset";
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly leaderEpoch: number;
  readonly metadata: string | null;
}

export type TransactionState =
  | "empty"
  | "ongoing"
  | "prepare-commit"
  | "prepare-abort"
  | "complete-commit"
  | "complete-abort";

/** A transactional producer with its transaction; `producerId` is a decimal int64. */
export interface TransactionEntry {
  readonly kind: "transaction";
  readonly transactionalId: string;
  readonly producerId: string;
  readonly epoch: number;
  readonly lastEpoch: number;
  readonly timeoutMs: number;
  readonly state: TransactionState;
  readonly partitions: readonly { readonly topic: string; readonly partition: number }[];
  readonly groups: readonly string[];
  readonly offsets: readonly OffsetEntry[];
}

/** One change of the broker's metadata: one line of JSON in the journal. */
export type JournalEntry =
  | TopicEntry
  | OffsetEntry
  | TransactionEntry
  | { readonly kind: "topic-deleted"; readonly name: string }
  | { readonly kind: "log-start"; readonly topicId: string; readonly partition: number; readonly offset: string }
  | { readonly kind: "offset-deleted"; readonly group: string; readonly topic: string; readonly partition: number }
  | { readonly kind: "group-deleted"; readonly group: string }
  | { readonly kind: "next-producer-id"; readonly producerId: string };

/** The metadata that all entries of a journal add up to. */
export interface Metadata {
  readonly topics: Map<string, TopicEntry>;
  /** By `<topic id>/<partition>`. */
  readonly logStarts: Map<string, bigint>;
  /** By group, then by `<topic>/<partition>`; a topic's name holds no slash. */
  readonly offsets: Map<string, Map<string, OffsetEntry>>;
  readonly transactions: Map<string, TransactionEntry>;
  nextProducerId: bigint;
}

export function emptyMetadata(): Metadata {
  return { topics: new Map(), logStarts: new Map(), offsets: new Map(), transactions: new Map(), nextProducerId: 0n };
}

/** @throws TypeError for an entry of an unknown kind: the parsed line of another version, or of no journal */
export function applyEntry(metadata: Metadata, entry: JournalEntry): void {
  switch (entry.kind) {
    case "topic":
      metadata.topics.set(entry.name, entry);
      break;
    case "topic-deleted":
      metadata.topics.delete(entry.name);
      for (const offsets of metadata.offsets.values()) {
        for (const [key, offset] of offsets) if (offset.topic === entry.name) offsets.delete(key);
      }
      break;
    case "log-start":
      metadata.logStarts.set(`${entry.topicId}/${entry.partition}`, BigInt(entry.offset));
      break;
    case "offset":
      offsetsOf(metadata, entry.group).set(`${entry.topic}/${entry.partition}`, entry);
      break;
    case "offset-deleted":
      offsetsOf(metadata, entry.group).delete(`${entry.topic}/${entry.partition}`);
      break;
    case "group-deleted":
      metadata.offsets.delete(entry.group);
      break;
    case "next-producer-id":
      metadata.nextProducerId = BigInt(entry.producerId);
      break;
    case "transaction":
      metadata.transactions.set(entry.transactionalId, entry);
      break;
    default:
      throw new TypeError(`${JSON.stringify(entry satisfies never)} is no kind of entry`);
  }
}

/** The shortest journal with the same sum. */
export function entriesOf(metadata: Metadata): JournalEntry[] {
  const liveTopicIds = new Set([...metadata.topics.values()].map((topic) => topic.id));
  const logStarts = [...metadata.logStarts].flatMap(([key, offset]): JournalEntry[] => {
    const [topicId = "", partition] = key.split("/");
    if (!liveTopicIds.has(topicId)) return [];
    return [{ kind: "log-start", topicId, partition: Number(partition), offset: String(offset) }];
  });
  return [
    { kind: "next-producer-id", producerId: String(metadata.nextProducerId) },
    ...metadata.topics.values(),
    ...logStarts,
    ...[...metadata.offsets.values()].flatMap((offsets) => [...offsets.values()]),
    ...metadata.transactions.values(),
  ];
}

function offsetsOf(metadata: Metadata, group: string): Map<string, OffsetEntry> {
  let offsets = metadata.offsets.get(group);
  if (offsets === undefined) {
    offsets = new Map();
    metadata.offsets.set(group, offsets);
  }
  return offsets;
}
