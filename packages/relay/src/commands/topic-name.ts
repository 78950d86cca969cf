/** Kafka's rule: letters, digits, `.`, `_` and `-`, at most 249 of them, neither `.` nor `..`. */
export function isTopicName(text: string): boolean {
  return /^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}$/.test(text);
}
