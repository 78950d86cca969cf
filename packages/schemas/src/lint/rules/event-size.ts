import type { LintProblem, LintRule } from "../lint-rule.ts";
import { estimateSize } from "../size-estimate.ts";

/** Bytes of a typical event's payload. Larger ones carry state that consumers could ask for by id. */
const limitBytes = 1024;

/** Every consumer reads every byte of an event, for as long as the topic keeps it. */
export const eventSize: LintRule = {
  id: "event-size",
  summary: "a typical event is estimated at no more than 1 KB",
  levels: { recommended: "warn", strict: "warn" },
  check({ event, nameAt }): readonly LintProblem[] {
    if (event === null) return [];
    const { bytes, fields } = estimateSize(event.record);
    if (bytes <= limitBytes) return [];
    const largest = fields
      .toSorted((a, b) => b.bytes - a.bytes)
      .slice(0, 3)
      .map((field) => `${field.name} (${field.bytes})`)
      .join(", ");
    return [
      {
        at: nameAt,
        message: `a typical event is estimated at ${bytes} bytes, over ${limitBytes}; the largest fields are ${largest}`,
        help: "carry ids and what has changed, and leave documents and whole entities where they can be asked for",
      },
    ];
  },
};
