#!/usr/bin/env node
import { createInterface } from "node:readline/promises";
import { buffer } from "node:stream/consumers";
import { runCli } from "./cli.ts";

// Whoever reads the report, such as `head`, may leave before its end.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

try {
  process.exitCode = await runCli(process.argv.slice(2), {
    cwd: process.cwd(),
    env: process.env,
    isInteractive: process.stdin.isTTY === true && process.stdout.isTTY === true,
    print: (text) => process.stdout.write(text),
    printError: (text) => process.stderr.write(text),
    readInput: () => buffer(process.stdin),
    confirm: async (question) => {
      const terminal = createInterface({ input: process.stdin, output: process.stdout });
      try {
        return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
      } finally {
        terminal.close();
      }
    },
  });
} catch (error) {
  const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${details}\n\nThis is a defect of the schemas CLI: please report it with the lines above.\n`);
  process.exitCode = 70; // EX_SOFTWARE, so that no script takes it for a finding
}
