/** The words of a name in camelCase, PascalCase, snake_case or SCREAMING_CASE, in lower case. */
export function wordsOf(name: string): readonly string[] {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replaceAll(/([A-Z])([A-Z][a-z])/g, "$1_$2")
    .split("_")
    .filter((word) => word !== "")
    .map((word) => word.toLowerCase());
}

/** `price` for `prices`; good enough to look a word up in a list. */
export function singularOf(word: string): string {
  return word.length > 3 && word.endsWith("s") && !word.endsWith("ss") ? word.slice(0, -1) : word;
}

/** Whether a name holds some words one after the other, in the singular or plural. */
export function holdsWords(words: readonly string[], sought: readonly string[]): boolean {
  return words.some((_, start) =>
    sought.every((word, index) => singularOf(words[start + index] ?? "") === singularOf(word)),
  );
}
