/** Where the demo writes, and whether a person with colours reads there. */
export interface Terminal {
  /** Carriage returns rewrite the line. */
  readonly live: boolean;
  readonly colours: boolean;
  write(text: string): void;
}

/** NO_COLOR (no-color.org) turns colours off, TERM=dumb everything that moves. */
export function terminalOf(
  stream: { readonly isTTY?: boolean; write(text: string): unknown },
  env: Readonly<Record<string, string | undefined>>,
): Terminal {
  const live = stream.isTTY === true && env["TERM"] !== "dumb";
  return { live, colours: live && !env["NO_COLOR"], write: (text) => void stream.write(text) };
}

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 } as const;

/** A text in a colour, or as it is where there are none. */
export function paint({ colours }: Terminal, colour: keyof typeof CODES, text: string): string {
  return colours ? `\u001B[${CODES[colour]}m${text}\u001B[0m` : text;
}
