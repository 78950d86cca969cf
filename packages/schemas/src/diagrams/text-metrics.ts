/** Pixels of one character at the size of the diagrams, in a monospaced font: 0.6 em of 13 px, and a little to spare. */
const characterWidth = 8;

/** How wide a text is drawn. */
export function textWidth(text: string): number {
  return Array.from(text).length * characterWidth;
}

/** As much of a text as has the given number of characters, with an ellipsis in the place of the rest. */
export function shorten(text: string, length: number): string {
  const characters = Array.from(text);
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join("")}…`;
}
