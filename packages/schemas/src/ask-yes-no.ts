import { createInterface } from "node:readline/promises";

/** The two ends of a terminal, and what Ctrl-C does there: a terminal in raw mode sends a byte, and no signal. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  readonly interrupt: () => void;
}

/** Asks on a terminal. Anything but yes is no, and so is the end of the input (Ctrl-D). */
export async function askYesNo(question: string, { input, output, interrupt }: Terminal): Promise<boolean> {
  const lines = createInterface({ input, output, terminal: true });
  let isInterrupted = false;
  lines.on("SIGINT", () => {
    isInterrupted = true;
    lines.close();
  });
  const ended = new Promise<null>((resolve) => lines.once("close", () => resolve(null)));
  try {
    // The question itself never settles, or fails, when the terminal is closed before its answer.
    const answer = await Promise.race([lines.question(`${question} [y/N] `).catch(ignoreAbort), ended]);
    if (answer === null) output.write("\n");
    if (isInterrupted) interrupt();
    return answer !== null && /^y(es)?$/i.test(answer.trim());
  } finally {
    lines.close();
  }
}

function ignoreAbort(error: unknown): null {
  if (error instanceof Error && error.name === "AbortError") return null;
  throw error;
}
