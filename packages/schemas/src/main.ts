#!/usr/bin/env node
import { buffer } from "node:stream/consumers";
import { askYesNo } from "./ask-yes-no.ts";
import { runCli } from "./cli.ts";

// Whoever reads the report, such as `head`, may leave before its end; a full disk is no finding.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") return;
  process.stderr.write(`error: The output could not be written: ${error.message}.\n`);
  process.exit(2);
});
process.stderr.on("error", () => process.exit(2)); // there is no place left to say why

try {
  process.exitCode = await runCli(process.argv.slice(2), {
    cwd: process.cwd(),
    env: process.env,
    isInteractive: process.stdin.isTTY === true && process.stdout.isTTY === true,
    print: (text) => process.stdout.write(text),
    printError: (text) => process.stderr.write(text),
    readInput: () => buffer(process.stdin),
    confirm: (question) =>
      askYesNo(question, {
        input: process.stdin,
        output: process.stdout,
        // By the signal itself, so that a script that runs this ends too.
        interrupt: () => process.kill(process.pid, "SIGINT"),
      }),
  });
} catch (error) {
  const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${details}\n\nThis is a defect of the schemas CLI: please report it with the lines above.\n`);
  process.exitCode = 70; // EX_SOFTWARE, so that no script takes it for a finding
}
