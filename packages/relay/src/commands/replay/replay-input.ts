import { randomUUID } from "node:crypto";
import type { ReplaySelection } from "../../sql/replay-rows.ts";
import type { FlagReader } from "../flag-reader.ts";
import { isTopicName } from "../../kafka/topic-name.ts";

export interface ReplayInput {
  readonly selection: ReplaySelection;
  readonly toTopic: string | null;
  /** Null: as fast as it goes. */
  readonly perSecond: number | null;
  readonly replayId: string;
  readonly isDryRun: boolean;
}

const selectors = ["--from", "--to", "--from-id", "--to-id", "--key", "--type", "--topic"] as const;

/** Problems are left in the reader. */
export function readReplayInput(read: FlagReader, now: Date): ReplayInput {
  const isSelective = selectors.some((flag) => read.has(flag));
  if (!isSelective && !read.has("--all")) {
    read.problems.push(`which events? Give some of ${selectors.join(", ")}, or --all for everything that is left`);
  }
  if (isSelective && read.has("--all")) read.problems.push("--all: contradicts a selection; give one or the other");
  const selection: ReplaySelection = {
    fromId: read.rowId("--from-id"),
    toId: read.rowId("--to-id"),
    from: read.instant("--from", now),
    to: read.instant("--to", now),
    keys: read.texts("--key"),
    topics: read.texts("--topic"),
    types: read.texts("--type"),
  };
  const { fromId, toId, from, to } = selection;
  if (fromId !== null && toId !== null && fromId > toId) read.problems.push("--from-id: is above --to-id");
  if (from !== null && to !== null && from >= to) read.problems.push("--from: is not before --to");
  const toTopic = read.text("--to-topic");
  if (toTopic !== null && !isTopicName(toTopic)) {
    read.problems.push(`--to-topic: ${JSON.stringify(toTopic)} is not a Kafka topic name`);
  }
  return {
    selection,
    toTopic,
    perSecond: read.decimal("--rate", { least: 0.1, most: 1_000_000 }),
    replayId: read.text("--replay-id") ?? randomUUID(),
    isDryRun: read.has("--dry-run"),
  };
}
