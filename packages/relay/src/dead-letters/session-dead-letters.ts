import type { DatabaseSession } from "../database/database-session.ts";
import { DeadLetterWatch } from "./dead-letter-watch.ts";
import { type DeadLetterObserver, DeadLetters, type DeadLettersOptions } from "./dead-letters.ts";

export interface SessionDeadLettersOptions extends Pick<DeadLettersOptions, "settings" | "now"> {
  readonly session: DatabaseSession;
  readonly observer: DeadLetterObserver;
  /** A person has asked for something. */
  readonly onAsked: () => void;
}

/** The dead letters of a session, and what watches them: not started yet. */
export function createDeadLetters(options: SessionDeadLettersOptions): {
  readonly deadLetters: DeadLetters;
  readonly watch: DeadLetterWatch;
} {
  const { session, observer, onAsked, now } = options;
  const client = session.control;
  const deadLetters = new DeadLetters({
    ...options,
    client,
    held: () => session.leases.held,
    onChange: () => watch.noteChange(),
  });
  const watch = new DeadLetterWatch({
    client,
    now,
    shards: () => deadLetters.shards,
    onAsked: () => {
      deadLetters.ask();
      onAsked();
    },
    onCounts: (counts) => observer.onCounts(counts),
    onFailure: (error) => session.end(error),
  });
  return { deadLetters, watch };
}
