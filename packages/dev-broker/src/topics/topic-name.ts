const legal = /^[a-zA-Z0-9._-]{1,249}$/;

/** Why `name` cannot name a topic; null when it can. The rules of Kafka's `Topic.validate`. */
export function topicNameProblem(name: string): string | null {
  if (name === "") return "the empty string is not allowed";
  if (name === "." || name === "..") return `'.' and '..' are not allowed`;
  if (name.length > 249) return `the name has ${name.length} characters, more than 249`;
  if (!legal.test(name)) return "it may hold ASCII letters, digits, '.', '_' and '-' only";
  return null;
}

/** What names are compared by: metrics print '.' as '_', so two names that differ only there collide. */
export function collisionKey(name: string): string {
  return name.replaceAll(".", "_");
}
