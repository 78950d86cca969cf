import { describe, expect, it } from "@jest/globals";
import { NonRetryableError, RetryLaterError } from "./errors.ts";
import {
  decideFailure,
  type FailureCounts,
  type FailureStage,
  MAX_FREE_INTERRUPTIONS,
  NO_FAILURES,
} from "./failure-verdict.ts";

const settings = { maxAttempts: 3, retryBaseMs: 100, retryMaxMs: 10_000 };
const connectionLost = new Error("Client has encountered a connection error and is not queryable");

function decide(error: unknown, counts: Partial<FailureCounts> = {}, stage: FailureStage = "handler") {
  return decideFailure({ stage, error }, { ...NO_FAILURES, ...counts }, settings, 0);
}

describe("before the handler", () => {
  it.each([connectionLost, new Error("anything"), new NonRetryableError("not the handler's")])(
    "waits and spends nothing: $message",
    (error) => {
      expect(decide(error, { attempts: 2, outages: 1 }, "before-handler")).toEqual({
        kind: "wait",
        delayMs: 100,
        counts: { attempts: 2, interruptions: 0, outages: 2 },
      });
    },
  );
});

describe("in the handler", () => {
  it("spends attempts with growing delays, then dead-letters", () => {
    const error = new Error("no");
    expect(decide(error)).toMatchObject({ kind: "retry", spent: true, delayMs: 50, counts: { attempts: 1 } });
    expect(decide(error, { attempts: 1 })).toMatchObject({ kind: "retry", spent: true, delayMs: 100 });
    expect(decide(error, { attempts: 2 })).toEqual({ kind: "dead-letter", reason: "attempts-exhausted", attempts: 3 });
  });

  it("dead-letters a NonRetryableError at once", () => {
    expect(decide(new NonRetryableError("no"))).toEqual({ kind: "dead-letter", reason: "non-retryable", attempts: 1 });
  });

  it("waits as long as RetryLaterError says, and counts the attempt", () => {
    const later = new RetryLaterError("later", { delayMs: 1_234 });
    expect(decide(later)).toMatchObject({ kind: "retry", spent: true, delayMs: 1_234, counts: { attempts: 1 } });
    expect(decide(later, { attempts: 2 })).toMatchObject({ kind: "dead-letter", reason: "attempts-exhausted" });
  });

  it("spends nothing on an interruption, until one event has had too many", () => {
    expect(decide(connectionLost, { attempts: 2 })).toEqual({
      kind: "retry",
      spent: false,
      delayMs: 50,
      counts: { attempts: 2, interruptions: 1, outages: 0 },
    });
    const interruptions = MAX_FREE_INTERRUPTIONS;
    expect(decide(connectionLost, { interruptions })).toMatchObject({ kind: "retry", spent: true });
    expect(decide(connectionLost, { interruptions, attempts: 2 })).toMatchObject({ kind: "dead-letter" });
  });

  it("forgets an outage that is over", () => {
    expect(decide(new Error("no"), { outages: 7 })).toMatchObject({ counts: { outages: 0 } });
  });
});

it.each([-1, Number.NaN, 2 ** 31])("RetryLaterError refuses a delay of %d ms", (delayMs) => {
  expect(() => new RetryLaterError("later", { delayMs })).toThrow(RangeError);
});
