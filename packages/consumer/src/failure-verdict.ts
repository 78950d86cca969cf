import { type BackoffSettings, backoffMs } from "./backoff.ts";
import { isTransientDatabaseError } from "./database-errors.ts";
import { NonRetryableError, RetryLaterError } from "./errors.ts";

/** Where an attempt failed: before the handler ran (begin, inbox row), or in the handler or the commit after it. */
export type FailureStage = "before-handler" | "handler";

/** How often one event has failed since this process received it. */
export interface FailureCounts {
  /** Attempts spent, without the one that has just failed. */
  readonly attempts: number;
  /** Interruptions that spent no attempt, without the one that may just have happened. */
  readonly interruptions: number;
  /** Failures in a row with the database out of reach before the handler ran. */
  readonly outages: number;
}

/** The retry policy of a consumer. */
export interface RetrySettings extends BackoffSettings {
  /** Attempts before the event is dead-lettered. */
  readonly maxAttempts: number;
}

/** What to do about a failed attempt. */
export type FailureVerdict =
  /** The database's trouble: wait until it is over. Spends nothing. */
  | { readonly kind: "wait"; readonly delayMs: number; readonly counts: FailureCounts }
  /** Try again. `spent` tells whether it cost an attempt. */
  | { readonly kind: "retry"; readonly delayMs: number; readonly spent: boolean; readonly counts: FailureCounts }
  | { readonly kind: "dead-letter"; readonly reason: DeadLetterReason; readonly attempts: number };

/** Why an event is a dead letter. The value of the header `dl_reason`. */
export type DeadLetterReason = "unreadable" | "upcast-failed" | "non-retryable" | "attempts-exhausted";

export const NO_FAILURES: FailureCounts = { attempts: 0, interruptions: 0, outages: 0 };

/**
 * Interruptions (the connection lost, a deadlock) in the handler are free up to this many for one event. From there
 * they spend attempts: an event that takes its connection down each time would hold its partition for ever.
 */
export const MAX_FREE_INTERRUPTIONS = 20;

/**
 * The retry table. Pure.
 *
 * | failed | with | verdict | spends an attempt |
 * |---|---|---|---|
 * | before the handler | anything | wait | no |
 * | handler, commit | NonRetryableError | dead letter | - |
 * | handler, commit | transient database error | retry | from the 21st on |
 * | handler, commit | RetryLaterError | retry after its delay | yes |
 * | handler, commit | anything else, a timeout too | retry | yes |
 */
export function decideFailure(
  failure: { readonly stage: FailureStage; readonly error: unknown },
  counts: FailureCounts,
  settings: RetrySettings,
  random: number,
): FailureVerdict {
  const { stage, error } = failure;
  if (stage === "before-handler") {
    const outages = counts.outages + 1;
    return { kind: "wait", delayMs: backoffMs(outages, settings, random), counts: { ...counts, outages } };
  }
  if (NonRetryableError.is(error)) {
    return { kind: "dead-letter", reason: "non-retryable", attempts: counts.attempts + 1 };
  }
  if (isTransientDatabaseError(error) && counts.interruptions < MAX_FREE_INTERRUPTIONS) {
    const interruptions = counts.interruptions + 1;
    const delayMs = backoffMs(interruptions, settings, random);
    return { kind: "retry", spent: false, delayMs, counts: { ...counts, interruptions, outages: 0 } };
  }
  const attempts = counts.attempts + 1;
  if (attempts >= settings.maxAttempts) return { kind: "dead-letter", reason: "attempts-exhausted", attempts };
  const delayMs = RetryLaterError.is(error) ? error.delayMs : backoffMs(attempts, settings, random);
  return { kind: "retry", spent: true, delayMs, counts: { ...counts, attempts, outages: 0 } };
}
