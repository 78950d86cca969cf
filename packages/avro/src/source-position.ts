/** Where a JSON node stands in a schema text. Line, column and pointer are worked out when they are asked for. */
export class SourcePosition {
  /** UTF-16 code units before the node, counted after a byte order mark. */
  readonly offset: number;
  readonly #source: SourceText;
  readonly #parent: SourcePosition | null;
  readonly #token: string | number;

  /** The position of a whole text, or, with a parent and a token, of a member or element of the parent's node. */
  constructor(source: SourceText, offset: number, parent: SourcePosition | null = null, token: string | number = "") {
    this.#source = source;
    this.offset = offset;
    this.#parent = parent;
    this.#token = token;
  }

  /** The name that the text was parsed under, or null. */
  get file(): string | null {
    return this.#source.file;
  }

  /** Counted from 1. */
  get line(): number {
    return this.#source.lineAt(this.offset);
  }

  /** Counted from 1, in UTF-16 code units, as editors and the Language Server Protocol count. */
  get column(): number {
    return this.offset - this.#source.lineStart(this.line) + 1;
  }

  /** JSON Pointer (RFC 6901) of the node, such as `/fields/0/type`; empty for the whole text. */
  get pointer(): string {
    const tokens: string[] = [];
    this.#collectTokens(tokens);
    return tokens.map((token) => `/${token.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
  }

  /** `file:line:column`, the form that editors and terminals make a link of. */
  toString(): string {
    return `${this.file ?? "schema"}:${this.line}:${this.column}`;
  }

  /** The plain data, for reports. */
  toJSON(): { file: string | null; line: number; column: number; offset: number; pointer: string } {
    return { file: this.file, line: this.line, column: this.column, offset: this.offset, pointer: this.pointer };
  }

  #collectTokens(tokens: string[]): void {
    if (this.#parent === null) return;
    this.#parent.#collectTokens(tokens);
    tokens.push(String(this.#token));
  }
}

/** A schema text and the name it was read under; knows where its lines begin. */
export class SourceText {
  readonly text: string;
  readonly file: string | null;
  #lineStarts: readonly number[] | null = null;

  constructor(text: string, file: string | null) {
    this.text = text;
    this.file = file;
  }

  /** The line, from 1, that holds an offset. */
  lineAt(offset: number): number {
    const starts = this.#starts();
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  }

  /** The offset at which a line, from 1, begins. */
  lineStart(line: number): number {
    return this.#starts()[line - 1] ?? 0;
  }

  #starts(): readonly number[] {
    if (this.#lineStarts === null) {
      const starts = [0];
      for (const end of this.text.matchAll(/\r\n|\r|\n/g)) starts.push(end.index + end[0].length);
      this.#lineStarts = starts;
    }
    return this.#lineStarts;
  }
}
