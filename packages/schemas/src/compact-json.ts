/** Removes the white space between the tokens of a JSON text, and a byte order mark; every token stays as written. */
export function compactJson(text: string): string {
  return text.replace(/("[^"\\]*(?:\\.[^"\\]*)*")|\s+/g, "$1");
}
