/** Plain data as YAML 1.2: block style, and every scalar that could be read as something else in JSON's quotes. */
export function yamlText(value: unknown): string {
  return `${node(value, "").replace(/^\n/, "")}\n`;
}

/** A node behind its key or dash: a scalar on the line, or a collection on the lines below. */
function node(value: unknown, indent: string): string {
  if (Array.isArray(value)) {
    return value.length === 0 ? " []" : value.map((item) => `\n${indent}-${listItem(item, indent)}`).join("");
  }
  if (typeof value !== "object" || value === null) return ` ${scalar(value)}`;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  if (members.length === 0) return " {}";
  return members.map(([key, member]) => `\n${indent}${scalar(key)}:${node(member, `${indent}  `)}`).join("");
}

/** An item of a list: a mapping begins on the line of the dash. */
function listItem(item: unknown, indent: string): string {
  const text = node(item, `${indent}  `);
  return Array.isArray(item) ? text : text.replace(/^\n\s*/, " ");
}

/** Words without special meaning in YAML 1.1 or 1.2. */
const plain = /^(?!(?:true|false|yes|no|on|off|y|n|null)$)[A-Za-z_$/][A-Za-z0-9_$/.-]*$/i;

function scalar(value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value);
  if (plain.test(value)) return value;
  // What JSON leaves as it is, and YAML 1.1 takes for the end of a line.
  return JSON.stringify(value).replaceAll(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
  );
}
