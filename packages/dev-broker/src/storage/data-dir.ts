import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DevBrokerError, messageOf } from "../errors.ts";
import { RecordBatch, batchHeaderBytes, splitFirstBatch } from "../log/record-batch.ts";
import { AppendFile } from "./append-file.ts";
import { lockDataDir } from "./data-dir-lock.ts";
import { type JournalEntry, type Metadata, applyEntry, emptyMetadata, entriesOf } from "./journal-entry.ts";
import type { OpenedPartition, Storage } from "./storage.ts";

const journalName = "journal.jsonl";

/**
 * A folder of the broker's own:
 *
 *     lock                          the process id of the broker that has it
 *     journal.jsonl                 topics, committed offsets, producer ids, transactions: one change a line
 *     topics/<topic id>/<n>.log     the record batches of partition n, one after the other
 */
export class DataDir implements Storage {
  /** What the journal held at the start. */
  readonly metadata: Metadata;
  readonly #path: string;
  readonly #log: (line: string) => void;
  readonly #unlock: () => void;
  readonly #journal: AppendFile;
  readonly #files = new Map<string, Map<number, AppendFile>>();

  /** @throws DevBrokerError DATA_DIR_IN_USE, DATA_DIR_UNUSABLE, DATA_DIR_CORRUPT */
  constructor(path: string, log: (line: string) => void) {
    this.#path = path;
    this.#log = log;
    try {
      mkdirSync(join(path, "topics"), { recursive: true });
      this.#unlock = lockDataDir(path);
    } catch (cause) {
      throw cannotUse(path, cause);
    }
    try {
      this.metadata = readJournal(join(path, journalName));
      this.#journal = rewriteJournal(join(path, journalName), this.metadata);
    } catch (cause) {
      this.#unlock();
      throw cannotUse(path, cause);
    }
  }

  record(entry: JournalEntry): void {
    this.#journal.append(line(entry));
  }

  openPartition(topicId: string, partition: number): OpenedPartition {
    const folder = join(this.#path, "topics", topicId);
    mkdirSync(folder, { recursive: true });
    const batches: RecordBatch[] = [];
    const path = join(folder, `${partition}.log`);
    const file = AppendFile.open(path, (content) => {
      const wholeBytes = readBatches(content, batches);
      const torn = content.length - wholeBytes;
      if (torn > 0) this.#log(`Dropped the last ${torn} bytes of ${path}: they are no whole record batch`);
      return wholeBytes;
    });
    const files = this.#files.get(topicId) ?? new Map<number, AppendFile>();
    this.#files.set(topicId, files.set(partition, file));
    return { file, batches };
  }

  dropTopic(topicId: string): void {
    for (const file of this.#files.get(topicId)?.values() ?? []) file.close();
    this.#files.delete(topicId);
    rmSync(join(this.#path, "topics", topicId), { recursive: true, force: true });
  }

  close(): void {
    for (const files of this.#files.values()) for (const file of files.values()) file.close();
    this.#files.clear();
    this.#journal.close();
    this.#unlock();
  }
}

/** Collects the whole batches at the start of a file; answers how many bytes they take. */
function readBatches(content: Buffer, batches: RecordBatch[]): number {
  let nextOffset = 0n;
  for (let rest = content; ; ) {
    const first = splitFirstBatch(rest);
    if (first.kind !== "batch" || first.bytes.length < batchHeaderBytes) return content.length - rest.length;
    const batch = new RecordBatch(first.bytes);
    if (!batch.hasValidChecksum() || batch.baseOffset !== nextOffset) return content.length - rest.length;
    batches.push(batch);
    nextOffset = batch.lastOffset + 1n;
    rest = first.rest;
  }
}

/** @throws DevBrokerError DATA_DIR_CORRUPT for a line that is no entry, unless it is the last and torn */
function readJournal(path: string): Metadata {
  const metadata = emptyMetadata();
  const lines = readIfPresent(path).split("\n");
  lines.pop(); // what follows the last newline is empty, or the torn tail of a write that a kill cut short
  for (const [index, text] of lines.entries()) {
    try {
      applyEntry(metadata, JSON.parse(text) as JournalEntry);
    } catch (cause) {
      const message = `${path}:${index + 1} is not an entry of the dev broker's journal. Delete the folder to start anew.`;
      throw new DevBrokerError("DATA_DIR_CORRUPT", message, { cause });
    }
  }
  return metadata;
}

function readIfPresent(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

/** Replaces the journal by the shortest one that says the same, at once: a kill leaves the old or the new one. */
function rewriteJournal(path: string, metadata: Metadata): AppendFile {
  const compacted = `${path}.compacted`;
  writeFileSync(compacted, Buffer.concat(entriesOf(metadata).map(line)));
  renameSync(compacted, path);
  return AppendFile.open(path, (content) => content.length);
}

function line(entry: JournalEntry): Buffer {
  return Buffer.from(`${JSON.stringify(entry)}\n`);
}

function cannotUse(path: string, cause: unknown): DevBrokerError {
  if (DevBrokerError.is(cause)) return cause;
  const message = `The data folder ${path} cannot be used: ${messageOf(cause)}`;
  return new DevBrokerError("DATA_DIR_UNUSABLE", message, { cause });
}
