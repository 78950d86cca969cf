import type { ProblemList } from "../parse/problems.ts";
import { SourcePosition, type SourceText } from "../source-position.ts";
import type { JsonNode } from "./json-node.ts";

/** Nesting beyond this is refused; Java's Avro (Jackson) has the same limit. */
const MAX_DEPTH = 1000;

/** BigInt takes quadratic time in the digits, so a hostile literal must not reach it. */
const MAX_NUMBER_LENGTH = 1000;

const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
const HEX = /^[0-9a-fA-F]{4}$/;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

/**
 * Reads JSON (RFC 8259) and keeps the position of every value. A syntax error ends the reading with one problem;
 * repeated keys are problems that do not end it.
 *
 * @returns the root, or null after a syntax error
 */
export function readJson(source: SourceText, problems: ProblemList): JsonNode | null {
  const reader = new JsonReader(source, problems);
  try {
    return reader.document();
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    problems.add(error.code, error.message, new SourcePosition(source, error.offset));
    return null;
  }
}

/** Unwinds the recursive descent; never leaves this file. */
class JsonSyntaxError extends Error {
  readonly code: "invalid-json" | "too-deep";
  readonly offset: number;

  constructor(code: "invalid-json" | "too-deep", message: string, offset: number) {
    super(message);
    this.code = code;
    this.offset = offset;
  }
}

class JsonReader {
  readonly #source: SourceText;
  readonly #text: string;
  readonly #problems: ProblemList;
  #index = 0;
  #depth = 0;

  constructor(source: SourceText, problems: ProblemList) {
    this.#source = source;
    this.#text = source.text;
    this.#problems = problems;
  }

  document(): JsonNode {
    this.#skipSpace();
    if (this.#index >= this.#text.length) this.#fail("the text is empty: expected a JSON value");
    const root = this.#value(new SourcePosition(this.#source, this.#index));
    this.#skipSpace();
    if (this.#index < this.#text.length) this.#fail(`expected the end of the text, found ${this.#found()}`);
    return root;
  }

  #value(at: SourcePosition): JsonNode {
    switch (this.#text[this.#index]) {
      case "{":
        return this.#object(at);
      case "[":
        return this.#array(at);
      case '"':
        return { kind: "string", value: this.#string(), at, end: this.#index };
      case "t":
        this.#word("true");
        return { kind: "boolean", value: true, at, end: this.#index };
      case "f":
        this.#word("false");
        return { kind: "boolean", value: false, at, end: this.#index };
      case "n":
        this.#word("null");
        return { kind: "null", at, end: this.#index };
      default:
        return this.#number(at);
    }
  }

  #descend(): void {
    if (++this.#depth > MAX_DEPTH) {
      throw new JsonSyntaxError("too-deep", `nested more than ${MAX_DEPTH} levels deep`, this.#index);
    }
  }

  #object(at: SourcePosition): JsonNode {
    const members = new Map<string, JsonNode>();
    this.#descend();
    this.#index++;
    this.#skipSpace();
    if (this.#text[this.#index] === "}") this.#index++;
    else {
      do this.#member(at, members);
      while (this.#another("}"));
    }
    this.#depth--;
    return { kind: "object", members, at, end: this.#index };
  }

  #member(object: SourcePosition, members: Map<string, JsonNode>): void {
    this.#skipSpace();
    const keyOffset = this.#index;
    if (this.#text[keyOffset] !== '"') this.#fail(`expected a key in double quotes, found ${this.#found()}`);
    const key = this.#string();
    this.#skipSpace();
    if (this.#text[this.#index] !== ":") this.#fail(`expected ":" after the key "${key}", found ${this.#found()}`);
    this.#index++;
    this.#skipSpace();
    if (members.has(key)) {
      const repeated = new SourcePosition(this.#source, keyOffset, object, key);
      const first = members.get(key)?.at.line;
      this.#problems.add("duplicate-key", `the key "${key}" is already given on line ${first}; remove one`, repeated);
    }
    members.set(key, this.#value(new SourcePosition(this.#source, this.#index, object, key)));
  }

  #array(at: SourcePosition): JsonNode {
    const elements: JsonNode[] = [];
    this.#descend();
    this.#index++;
    this.#skipSpace();
    if (this.#text[this.#index] === "]") this.#index++;
    else {
      do {
        this.#skipSpace();
        elements.push(this.#value(new SourcePosition(this.#source, this.#index, at, elements.length)));
      } while (this.#another("]"));
    }
    this.#depth--;
    return { kind: "array", elements, at, end: this.#index };
  }

  /** Steps over the comma before another entry, or over the closing bracket. */
  #another(close: "}" | "]"): boolean {
    this.#skipSpace();
    const next = this.#text[this.#index];
    if (next !== "," && next !== close) this.#fail(`expected "," or "${close}", found ${this.#found()}`);
    const comma = this.#index++;
    if (next === close) return false;
    this.#skipSpace();
    if (this.#text[this.#index] === close) {
      throw new JsonSyntaxError("invalid-json", `JSON allows no comma before "${close}"; remove it`, comma);
    }
    return true;
  }

  #string(): string {
    const start = this.#index++;
    let value = "";
    for (;;) {
      const plain = this.#plainCharacters();
      const stop = this.#text[this.#index];
      if (stop === '"') {
        this.#index++;
        return value === "" ? plain : value + plain;
      }
      value += plain;
      if (stop === "\\") value += this.#escape();
      else if (stop === undefined || stop === "\n" || stop === "\r") {
        throw new JsonSyntaxError("invalid-json", "this string is not closed on its line", start);
      } else this.#fail(`a control character in a string must be escaped, found ${this.#found()}`);
    }
  }

  /** Up to a quote, a backslash or a control character. By a regular expression reading takes a tenth longer. */
  #plainCharacters(): string {
    const start = this.#index;
    for (;;) {
      const code = this.#text.charCodeAt(this.#index);
      if (code === 0x22 || code === 0x5c || code < 0x20 || this.#index >= this.#text.length) break;
      this.#index++;
    }
    return this.#text.slice(start, this.#index);
  }

  #escape(): string {
    const letter = this.#text[this.#index + 1] ?? "";
    const simple = ESCAPES[letter];
    if (simple !== undefined) {
      this.#index += 2;
      return simple;
    }
    const hex = this.#text.slice(this.#index + 2, this.#index + 6);
    if (letter !== "u" || !HEX.test(hex)) this.#fail("invalid escape in a string");
    this.#index += 6;
    return String.fromCharCode(Number.parseInt(hex, 16));
  }

  #number(at: SourcePosition): JsonNode {
    NUMBER.lastIndex = this.#index;
    const match = NUMBER.exec(this.#text);
    if (match === null) this.#fail(`expected a JSON value, found ${this.#found()}`);
    const [literal, fraction, exponent] = match;
    if (literal.length > MAX_NUMBER_LENGTH) this.#fail(`a number of more than ${MAX_NUMBER_LENGTH} characters`);
    const integral = fraction === undefined && exponent === undefined;
    const number = Number(literal);
    if (!integral && !Number.isFinite(number)) this.#fail("this number is beyond the range of a double");
    this.#index += literal.length;
    const value = integral && !Number.isSafeInteger(number) ? BigInt(literal) : number;
    return { kind: "number", value, integral, at, end: this.#index };
  }

  #word(word: string): void {
    if (!this.#text.startsWith(word, this.#index)) this.#fail(`expected a JSON value, found ${this.#found()}`);
    this.#index += word.length;
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#index);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) break;
      this.#index++;
    }
    if (this.#text[this.#index] === "/")
      this.#fail('JSON has no comments; remove it (a schema keeps its words in "doc")');
  }

  #found(): string {
    const character = this.#text.codePointAt(this.#index);
    if (character === undefined) return "the end of the text";
    if (character < 0x20) return `U+${character.toString(16).padStart(4, "0")}`;
    const text = String.fromCodePoint(character);
    return text === "'" ? "a single quote (JSON strings take double quotes)" : `"${text}"`;
  }

  #fail(message: string): never {
    throw new JsonSyntaxError("invalid-json", message, this.#index);
  }
}
