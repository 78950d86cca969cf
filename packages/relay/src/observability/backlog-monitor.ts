import pg from "pg";
import { shardsOf } from "../cursors/shard-groups.ts";
import type { DatabaseSession } from "../database/database-session.ts";
import { type BacklogSize, measureBacklog } from "../sql/backlog-size.ts";
import { withBriefLockWaits } from "../sql/brief-lock-waits.ts";
import type { RelayMetrics } from "./metrics.ts";

const INTERVAL_MS = 5_000;

export interface BacklogMonitorOptions {
  readonly session: DatabaseSession;
  /** The highest id published. */
  readonly publishedId: () => number;
  readonly metrics: RelayMetrics;
}

/** Measures the backlog every few seconds on the control connection. */
export class BacklogMonitor {
  readonly #options: BacklogMonitorOptions;
  #timer: NodeJS.Timeout | null = null;
  #isAsking = false;
  #isIdle = false;

  constructor(options: BacklogMonitorOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => void this.runOnce(), INTERVAL_MS);
    this.#timer.unref();
    void this.runOnce();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  /** Tells whether the reader's last look found events: when it did not, there is no backlog, whatever the ids say. */
  noteLook(foundEvents: boolean): void {
    this.#isIdle = !foundEvents;
    if (this.#isIdle) this.#show({ events: 0, oldestAgeMs: 0 });
  }

  async runOnce(): Promise<void> {
    const { session } = this.#options;
    if (this.#isAsking || this.#isIdle || session.lost.aborted) return;
    this.#isAsking = true;
    try {
      const { control, leases } = session;
      const shards = shardsOf([...leases.held.keys()]);
      const size = await withBriefLockWaits(control, () =>
        measureBacklog(control, this.#options.publishedId(), shards),
      );
      if (!this.#isIdle) this.#show(size);
    } catch (error) {
      // The server's own refusal, such as its time limit, is no lost connection.
      if (!(error instanceof pg.DatabaseError)) session.destroy();
    } finally {
      this.#isAsking = false;
    }
  }

  #show({ events, oldestAgeMs }: BacklogSize): void {
    this.#options.metrics.backlogEvents.set(events);
    this.#options.metrics.backlogAgeSeconds.set(oldestAgeMs / 1_000);
  }
}
