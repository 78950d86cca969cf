/**
 * Empties the ring's slots: those that are wholly published, past retention, and not taking new rows.
 *
 *   LOOK ──► nothing expired ──────────────────────────────────► wait ──► LOOK
 *     └────► TRUNCATE a slot ──┬── truncated, or no longer due ──► next slot, wait
 *                              └── locked for 50 ms ─────────────► leave that slot alone for 10 s, 20 s, … 5 min
 *
 * Crash points. The look changes nothing, and the rest is one statement of the server's (waybill.truncate_slot), so:
 *
 * - killed or stopped before it is sent: nothing happened.
 * - killed or stopped while it waits for its lock or works: the server ends it by itself, truncated or timed out. The
 *   decision was checked again under the lock, against the cursors that were saved, so it holds without us; and the lock
 *   is never held while the server waits for a client.
 * - the server dies: a TRUNCATE that had not committed is undone whole. One that had was flushed to disk, and with it the
 *   saves of the cursors that it relied on, though these did not wait for the disk themselves.
 * - killed before the log line: the next look finds the slot empty.
 *
 * Two instances that sweep at once (one of them fenced and not aware of it) do no harm for the same reason: neither
 * relies on what it remembers.
 */
import pg from "pg";
import type { Logger } from "pino";
import { messageOf } from "../errors.ts";
import type { RelayMetrics } from "../observability/metrics.ts";
import {
  freeSlots,
  isOverrun,
  judgeSlot,
  keptMs,
  longestRetentionMs,
  oldestAgeMs,
  type RingState,
  type SlotVerdict,
} from "./ring-slots.ts";
import { lockRetryMs, sweepIntervalMs } from "./sweep-delay.ts";
import { compactCursors } from "../sql/compact-cursors.ts";
import { withBriefLockWaits } from "../sql/brief-lock-waits.ts";
import { readRingState } from "../sql/ring-state.ts";
import { truncateSlot } from "../sql/truncate-slot.ts";

export interface RetentionOptions {
  /** The control connection. */
  readonly client: pg.Client;
  /** Whether this instance holds shard group 0, and with it the work of emptying slots. */
  readonly isOurs: () => boolean;
  /** How long rows are kept after they were published, in hours. */
  readonly retentionHours: number;
  /** Only the instance that sweeps has figures; in all others they are 0. */
  readonly metrics: Pick<
    RelayMetrics,
    "outboxBytes" | "outboxOldestRowAgeSeconds" | "ringFreeSlots" | "ringOverrun" | "retentionRuns"
  >;
  readonly logger: Logger;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
}

/** A slot that is due and was locked. */
interface Hindrance {
  readonly attempts: number;
  readonly retryAt: number;
}

const HOUR_MS = 3_600_000;
/** While an old transaction is open, every save leaves 8 versions, 160 a second by default, which all later saves walk over. */
const COMPACT_MS = 1_000;

export class Retention {
  readonly #options: RetentionOptions;
  readonly #hindrances = new Map<number, Hindrance>();
  #wasSaved = false;
  #timer: NodeJS.Timeout | null = null;
  #compacting: NodeJS.Timeout | null = null;
  #isRunning = false;
  #slotSeconds: number | null = null;
  readonly #warnings = new Map<string, string>();

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  /** Sweeps from now on, whenever this instance holds shard group 0. */
  start(): void {
    this.#isRunning = true;
    this.#compacting = setInterval(() => void this.#compact(), COMPACT_MS);
    this.#compacting.unref();
    void this.#runAndSchedule();
  }

  /** Sweeps no more, and takes its figures back: another instance has them now. */
  stop(): void {
    this.#isRunning = false;
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#compacting !== null) clearInterval(this.#compacting);
    this.#forget();
  }

  /** The cursors were saved: versions of them may be dead. */
  noteSave(): void {
    this.#wasSaved = true;
  }

  #forget(): void {
    this.#hindrances.clear();
    const { metrics } = this.#options;
    metrics.outboxBytes.set(0);
    metrics.outboxOldestRowAgeSeconds.set(0);
    metrics.ringFreeSlots.set(0);
    metrics.ringOverrun.set(0);
  }

  /** One look, and what follows from it: TRUNCATEs, and cursors freed of dead versions. Returns the slots that were emptied. */
  async runOnce(): Promise<readonly number[]> {
    const retentionMs = this.#options.retentionHours * HOUR_MS;
    const ring = await this.#look();
    const verdicts = ring.slots.map((_, slot) => judgeSlot(ring, slot, retentionMs));
    const truncated: number[] = [];
    for (const [slot, verdict] of verdicts.entries()) {
      if (verdict === "expired") {
        if (await this.#truncate(slot, ring)) truncated.push(slot);
        continue;
      }
      this.#hindrances.delete(slot);
      if (verdict === "unpublished") this.#options.metrics.retentionRuns.inc({ outcome: "needed" });
    }
    await compactCursors(this.#options.client);
    this.#report(truncated.length === 0 ? ring : await this.#look(), verdicts);
    return truncated;
  }

  #look(): Promise<RingState> {
    const { client } = this.#options;
    return withBriefLockWaits(client, () => readRingState(client));
  }

  async #runAndSchedule(): Promise<void> {
    let delayMs = sweepIntervalMs(null);
    try {
      if (this.#options.isOurs()) await this.runOnce();
      else this.#forget();
      this.#settle("failed");
      delayMs = sweepIntervalMs(this.#slotSeconds);
    } catch (error) {
      // A lost connection ends the session, which tells it.
      if (this.#isRunning) this.#warn("failed", `the outbox is not swept: ${describe(error)}`);
    }
    if (!this.#isRunning) return;
    this.#timer = setTimeout(() => void this.#runAndSchedule(), delayMs);
    this.#timer.unref();
  }

  async #compact(): Promise<void> {
    if (!this.#wasSaved) return; // those of renewals, 2 a second, are left for the next look at the slots
    this.#wasSaved = false;
    try {
      if (this.#options.isOurs()) await compactCursors(this.#options.client);
    } catch (error) {
      if (this.#isRunning) this.#warn("compact", `the cursors are not freed of dead versions: ${describe(error)}`);
    }
  }

  async #truncate(slot: number, ring: RingState): Promise<boolean> {
    const { client, retentionHours, now, metrics, logger } = this.#options;
    const hindrance = this.#hindrances.get(slot);
    if (hindrance !== undefined && now() < hindrance.retryAt) return false;
    const outcome = await truncateSlot(client, slot, keptMs(ring, retentionHours * HOUR_MS));
    if (outcome === "locked") {
      const attempts = (hindrance?.attempts ?? 0) + 1;
      this.#hindrances.set(slot, { attempts, retryAt: now() + lockRetryMs(attempts) });
      metrics.retentionRuns.inc({ outcome: "locked" });
      logger.debug({ slot, attempts }, "a slot is due and in use by an open transaction: it is left for later");
      return false;
    }
    this.#hindrances.delete(slot);
    if (outcome !== "truncated") return false;
    metrics.retentionRuns.inc({ outcome: "emptied" });
    logger.info({ slot }, "emptied a slot of the outbox");
    return true;
  }

  #report(ring: RingState, verdicts: readonly SlotVerdict[]): void {
    this.#slotSeconds = ring.slotSeconds;
    const { metrics, retentionHours } = this.#options;
    metrics.outboxBytes.set(ring.bytes);
    metrics.outboxOldestRowAgeSeconds.set(oldestAgeMs(ring) / 1_000);
    metrics.ringFreeSlots.set(freeSlots(ring));
    metrics.ringOverrun.set(isOverrun(ring) ? 1 : 0);
    const longestHours = longestRetentionMs(ring.slotSeconds, ring.slots.length) / HOUR_MS;
    if (retentionHours > longestHours) {
      this.#warn(
        "retention",
        `rows are kept for ${longestHours} hours, not for ${retentionHours} as --retention-hours asks: ` +
          `${ring.slots.length} slots of ${ring.slotSeconds} s hold no more. Run SELECT waybill.set_slot_seconds(` +
          `${Math.ceil((retentionHours * 3_600) / (ring.slots.length - 2))}) as the table's owner for that.`,
      );
    } else this.#settle("retention");
    this.#reportFilling(ring, verdicts);
  }

  /** Nothing is lost by either, and no INSERT waits; but the table grows until the cause is gone. */
  #reportFilling(ring: RingState, verdicts: readonly SlotVerdict[]): void {
    const next = (ring.currentSlot + 1) % ring.slots.length;
    const cause = this.#hindrances.has(next) ? "locked" : verdicts[next];
    if (isOverrun(ring)) {
      this.#warn(
        "overrun",
        `the ring has come round to slot ${ring.currentSlot}, which still holds rows of its last round: they stay, new ` +
          "ones go beside them, and the table grows. See whether events wait to be published or a transaction is open.",
      );
    } else this.#settle("overrun");
    if (freeSlots(ring) === 0 && (cause === "unpublished" || cause === "locked")) {
      const reason = cause === "locked" ? "a transaction that has used it is still open" : "it has unpublished events";
      this.#warn("full", `the ring is full: slot ${next} takes new rows next and cannot be emptied, as ${reason}`);
    } else this.#settle("full");
  }

  /** Once per text: a look comes every few seconds. */
  #warn(about: string, text: string): void {
    if (this.#warnings.get(about) === text) return;
    this.#warnings.set(about, text);
    this.#options.logger.warn(text);
  }

  #settle(about: string): void {
    this.#warnings.delete(about);
  }
}

/** By SQLSTATE: insufficient_privilege, undefined_function, lock_not_available. */
const remedies: Readonly<Record<string, string>> = {
  "42501":
    " Its role needs TRUNCATE on waybill.outbox_0 to waybill.outbox_7, INSERT and TRUNCATE on waybill.relay_cursor.",
  "42883": " Run `outbox-relay migrate`.",
  "55P03":
    " Something holds a lock on it: SELECT pid, mode FROM pg_locks WHERE relation IN (SELECT inhrelid FROM pg_inherits " +
    "WHERE inhparent = 'waybill.outbox'::regclass) OR relation = 'waybill.outbox'::regclass tells what.",
};

function describe(error: unknown): string {
  const remedy = error instanceof pg.DatabaseError ? (remedies[error.code ?? ""] ?? "") : "";
  return `${messageOf(error)}.${remedy} Events are published all the same, and stay in the table.`;
}
