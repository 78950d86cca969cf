import { parseInstant } from "./parse-instant.ts";

/** What commander hands to a command: texts, true for a flag without value (false for `--no-…`), lists for a flag that may be repeated. */
export type CommandFlags = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

export interface Range<Value> {
  readonly least: Value;
  readonly most: Value;
}

/**
 * Reads a command's own flags. What is wrong is kept in `problems` rather than thrown, so that one run names everything;
 * `loadSelected` throws them together with those of the settings.
 */
export class FlagReader {
  readonly problems: string[] = [];
  readonly #flags: CommandFlags;

  constructor(flags: CommandFlags) {
    this.#flags = flags;
  }

  /** Whether it is given. */
  has(flag: string): boolean {
    return this.#flags[keyOf(flag)] !== undefined;
  }

  text(flag: string): string | null {
    const value = this.#flags[keyOf(flag)];
    if (typeof value !== "string") return null;
    if (value.trim() !== "") return value;
    this.problems.push(`${flag}: expects a text that is not empty`);
    return null;
  }

  /** Of a flag that may be repeated. */
  texts(flag: string): readonly string[] {
    const value = this.#flags[keyOf(flag)];
    const texts = Array.isArray(value) ? (value as readonly string[]) : typeof value === "string" ? [value] : [];
    if (texts.some((text) => text.trim() === "")) this.problems.push(`${flag}: expects a text that is not empty`);
    return texts;
  }

  integer(flag: string, range: Range<number>): number | null {
    return this.#number(flag, range, /^-?\d+$/, "a whole number");
  }

  decimal(flag: string, range: Range<number>): number | null {
    return this.#number(flag, range, /^\d+(\.\d+)?$/, "a number");
  }

  /** An id of `waybill.outbox`. */
  rowId(flag: string): number | null {
    const text = this.text(flag);
    if (text === null) return null;
    if (/^\d{1,15}$/.test(text)) return Number(text);
    this.problems.push(`${flag}: expects the id of a row of waybill.outbox, such as 4711, not ${JSON.stringify(text)}`);
    return null;
  }

  /** An instant, or a span before `now` such as `2h`. */
  instant(flag: string, now: Date): Date | null {
    const text = this.text(flag);
    if (text === null) return null;
    const instant = parseInstant(text, now);
    if (instant === null) {
      this.problems.push(
        `${flag}: expects a time with its zone such as 2026-11-21T09:30:00Z, or a span before now such as 90s, 15m, ` +
          `2h or 1d, not ${JSON.stringify(text)}`,
      );
    }
    return instant;
  }

  #number(flag: string, { least, most }: Range<number>, form: RegExp, name: string): number | null {
    const text = this.text(flag);
    if (text === null) return null;
    const value = form.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    this.problems.push(`${flag}: expects ${name} from ${least} to ${most}, not ${JSON.stringify(text)}`);
    return null;
  }
}

/** As commander names it: `--from-id` is `fromId`. */
function keyOf(flag: string): string {
  return flag.replace(/^--/, "").replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
