import type { EventReference, FoundDeadLetter, FoundDiscard, FoundRow } from "../../sql/find-event.ts";

/**
 * - `pending`: committed, still to be published.
 * - `parked`: a dead letter; it waits for a person.
 * - `discarded`: a dead letter that was given up, and never published.
 * - `published`: the cursor is beyond it.
 * - `truncated`: older than what retention has left. Only published rows are ever truncated.
 * - `unknown`: not in this database.
 */
export type EventState = "pending" | "parked" | "discarded" | "published" | "truncated" | "unknown";

export interface Finding {
  readonly state: EventState;
  /** What that means for this event, and what to do. */
  readonly explanation: string;
}

/** What there is of an event. */
export interface FoundEvent {
  readonly row: FoundRow | null;
  readonly deadLetter: FoundDeadLetter | null;
  readonly discard: FoundDiscard | null;
}

/** @param oldest what retention has left; null in an empty outbox */
export function findingOf(
  reference: EventReference,
  { row, deadLetter, discard }: FoundEvent,
  oldest: { readonly id: number; readonly occurredAt: Date } | null,
): Finding {
  if (deadLetter !== null) return parkedFinding(deadLetter);
  if (discard !== null) {
    const { by, at, why } = discard;
    const explanation = `${by} gave it up at ${at.toISOString()}: ${why}. It was a dead letter, and never published.`;
    return { state: "discarded", explanation };
  }
  if (row !== null) {
    return row.isBehindCursor
      ? { state: "published", explanation: "Kafka has acknowledged it: the cursor is beyond it." }
      : {
          state: "pending",
          explanation: "It is committed and still to be published. `outbox-relay status` tells how fast that goes.",
        };
  }
  return missingFinding(reference, oldest);
}

function parkedFinding({ state, reason, message }: FoundDeadLetter): Finding {
  const why = [reason, message].filter((text) => text !== null).join(": ");
  const explanation =
    state === "behind"
      ? "It waits behind an earlier parked event of its key, so that their order is kept."
      : `It could not be published${why === "" ? "" : ` (${why})`}. Mend the cause, then \`outbox-relay dead-letters redrive\`.`;
  return { state: "parked", explanation };
}

function missingFinding(
  reference: EventReference,
  oldest: { readonly id: number; readonly occurredAt: Date } | null,
): Finding {
  const notHere =
    "There is no such event in this database: its transaction has not committed, it was rolled back, or the event is of " +
    "another database.";
  if (reference.by === "row-id") {
    return oldest !== null && reference.rowId < oldest.id
      ? { state: "truncated", explanation: `Retention has left rows from ${oldest.id} on; only published ones go.` }
      : { state: "unknown", explanation: notHere };
  }
  const madeAt = uuidTime(reference.eventId);
  if (madeAt === null) return { state: "unknown", explanation: `${notHere} Or retention has truncated it.` };
  if (oldest !== null && madeAt >= oldest.occurredAt) return { state: "unknown", explanation: notHere };
  const kept = oldest === null ? "has left no row" : `has left rows from ${oldest.occurredAt.toISOString()} on`;
  return {
    state: "truncated",
    explanation:
      `Its id was made at ${madeAt.toISOString()}, and retention ${kept}. If it was committed here, it was published: ` +
      "only published rows are truncated.",
  };
}

/** When a UUIDv7 was made (RFC 9562, section 5.7); null for one of another version. */
export function uuidTime(uuid: string): Date | null {
  const hex = uuid.replaceAll("-", "");
  return hex[12] === "7" ? new Date(Number.parseInt(hex.slice(0, 12), 16)) : null;
}
