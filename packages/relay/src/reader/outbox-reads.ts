import type pg from "pg";
import type { Snapshot } from "../cursors/snapshot.ts";
import type { RowSink } from "../rows/row-sink.ts";
import { TopicNames } from "../rows/topic-names.ts";
import { backlogFloor, topId } from "../sql/backlog-bounds.ts";
import { type BacklogRead, type BacklogRows, copyBacklog } from "../sql/backlog-copy.ts";
import { currentSnapshot } from "../sql/current-snapshot.ts";
import {
  type NewestWindow,
  type NewestWindowRead,
  queryNewestWindow,
  queryWindow,
  type WindowRead,
  type WindowRow,
} from "../sql/window-query.ts";

/** All that strands ask of the database: the seam at which a model of it takes its place in tests. */
export interface OutboxReads {
  currentSnapshot(): Promise<Snapshot>;
  /** The rows of the window that ends now. */
  newestWindow(read: NewestWindowRead): Promise<NewestWindow>;
  /** The rows of a window in order of id, or null when they are more than the limits allow. */
  window(read: WindowRead): Promise<readonly WindowRow[] | null>;
  /** An id that all rows of the window `(s1, s2]` are at or above. */
  floor(s1: Snapshot, s2: Snapshot): Promise<number>;
  /** The highest id there is. */
  topId(): Promise<number>;
  /** Offers a piece of a large window to the sink, in order of id. */
  backlog(read: BacklogRead, sink: RowSink): Promise<BacklogRows>;
}

/** By one connection, which nothing else uses: one read at a time. */
export function createOutboxReads(client: pg.Client): OutboxReads {
  const topics = new TopicNames();
  return {
    currentSnapshot: () => currentSnapshot(client),
    newestWindow: (read) => queryNewestWindow(client, read),
    window: (read) => queryWindow(client, read),
    floor: (s1, s2) => backlogFloor(client, s1, s2),
    topId: () => topId(client),
    backlog: (read, sink) => copyBacklog(client, topics, read, sink),
  };
}
