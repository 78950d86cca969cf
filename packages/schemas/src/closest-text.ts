/** The candidate that a text is most likely a misspelling of, or null when none is close. */
export function closestText(text: string, candidates: readonly string[]): string | null {
  let closest: { readonly candidate: string; readonly edits: number } | null = null;
  for (const candidate of candidates) {
    const edits = editDistance(text, candidate);
    if (closest === null || edits < closest.edits) closest = { candidate, edits };
  }
  return closest !== null && closest.edits <= Math.max(1, Math.floor(text.length / 5)) ? closest.candidate : null;
}

/** Characters to insert, delete or replace, by Levenshtein's rows. */
function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
