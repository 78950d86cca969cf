#!/usr/bin/env node
import { createInterface } from "node:readline/promises";
import { keepYoungGenerationSmall, releaseStartupMemory } from "./process-memory.ts";

keepYoungGenerationSmall();
const { runCli } = await import("./cli.ts"); // not before: to load it makes the young generation grow already

const shutdown = new AbortController();
let signals = 0;
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.on(signal, () => {
    signals++;
    if (signals > 1) process.exit(1);
    shutdown.abort();
  });
}

async function confirm(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`${question} [y/N] `, { signal: shutdown.signal });
    return /^y(es)?$/i.test(answer.trim());
  } catch {
    return false; // interrupted: whoever does not say yes says no
  } finally {
    terminal.close();
  }
}

const exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  shutdown: shutdown.signal,
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
  onStarted: releaseStartupMemory,
  isTerminal: process.stderr.isTTY === true,
  ...(process.stdin.isTTY === true && process.stderr.isTTY === true ? { confirm } : {}),
});
// Drivers may leave timers behind that would hold the process.
process.exit(exitCode);
