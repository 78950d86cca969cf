/** For an option that may be repeated: commander calls it with each value and what came before. */
export function collectValues(value: string, values: readonly string[] | undefined): readonly string[] {
  return [...(values ?? []), value];
}
