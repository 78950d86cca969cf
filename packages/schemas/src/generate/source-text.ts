/** The widest a generated line gets where it can be broken. */
export const LINE_WIDTH = 120;

/** A string as a TypeScript literal, in the quotes that need no escapes where there are such, as for a JSON text. */
export function quote(text: string): string {
  const isPlain = text.includes('"') && !/[\\\p{Cc}\u2028\u2029]/u.test(text) && text.isWellFormed();
  if (isPlain && !text.includes("'")) return `'${text}'`;
  if (isPlain && !/`|\$\{/.test(text)) return `\`${text}\``;
  return JSON.stringify(text);
}

/** A documentation comment of these paragraphs; empty paragraphs are left out, and so is an empty comment. */
export function docComment(paragraphs: readonly (string | null)[], indent = ""): string {
  const texts = paragraphs.map((text) => (text ?? "").replaceAll("*/", "*\\/").trim()).filter((text) => text !== "");
  const lines = texts.flatMap((text, index) => [
    ...(index === 0 ? [] : [""]),
    ...text.split(/\r\n|[\n\r\u2028\u2029]/).flatMap((line) => wrap(line.trim(), LINE_WIDTH - indent.length - 3)),
  ]);
  const [only] = lines;
  if (only === undefined) return "";
  if (lines.length === 1 && only.length <= LINE_WIDTH - indent.length - 7) return `${indent}/** ${only} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}`.trimEnd()).join("\n")}\n${indent} */\n`;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** `head`, the parts with commas, and `tail`, on one line if they fit and else one part a line. */
export function joinList(head: string, parts: readonly string[], tail: string, spaced = false): string {
  const space = spaced && parts.length > 0 ? " " : "";
  const line = `${head}${space}${parts.join(", ")}${space}${tail}`;
  if (line.length <= LINE_WIDTH) return line;
  return `${head}\n${parts.map((part) => `  ${part},\n`).join("")}${tail}`;
}

/** A union type behind `head`, on one line if it fits and else one member a line. */
export function joinUnion(head: string, members: readonly string[]): string {
  const line = `${head} ${members.join(" | ")};`;
  if (line.length <= LINE_WIDTH) return line;
  return `${head}\n${members.map((member) => `  | ${member}`).join("\n")};`;
}
