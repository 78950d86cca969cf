import type { BatchFile } from "../log/partition.ts";
import type { RecordBatch } from "../log/record-batch.ts";
import type { JournalEntry } from "./journal-entry.ts";

/** A partition's file, opened, with what it held. */
export interface OpenedPartition {
  readonly file: BatchFile | undefined;
  readonly batches: readonly RecordBatch[];
}

/** Where the broker keeps what must outlive its process: a data folder, or nowhere. */
export interface Storage {
  /** Keeps one change of metadata. @throws the file system's error */
  record(entry: JournalEntry): void;
  openPartition(topicId: string, partition: number): OpenedPartition;
  /** Deletes a topic's partitions. */
  dropTopic(topicId: string): void;
  close(): void;
}

/** Keeps nothing: the log lives and ends with the process. */
export const memoryStorage: Storage = {
  record: () => {},
  openPartition: () => ({ file: undefined, batches: [] }),
  dropTopic: () => {},
  close: () => {},
};
