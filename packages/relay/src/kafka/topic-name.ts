import type { TopicProblem } from "../publishers/lane-publisher.ts";

/** Kafka's rule: letters, digits, `.`, `_` and `-`, at most 249 of them, neither `.` nor `..`. */
export function isTopicName(text: string): boolean {
  return /^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}$/.test(text);
}

/** What is wrong with such a name. Brokers are not asked about it: one that is very long makes them hang up, on everybody. */
export const invalidTopicName: TopicProblem = {
  reason: "record-invalid",
  message: "its topic is not a name that Kafka allows (letters, digits, '.', '_' and '-', 249 at most)",
};
