import { runDemo } from "./demo/run-demo.ts";
import { terminalOf } from "./demo/terminal.ts";
import { DEMO_SIZE } from "./demo/trading-day.ts";

/** Exit codes: 0 the demo's own counts agree; 1 they do not, or it could not be carried out; 130 interrupted. */
const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => interrupted.abort(new Error(`ended by ${signal}`)));
}
try {
  const terminal = terminalOf(process.stdout, process.env);
  const findings = await runDemo({ terminal, env: process.env, size: DEMO_SIZE, signal: interrupted.signal });
  process.exitCode = findings.length === 0 ? 0 : 1;
} catch (error) {
  process.stderr.write(`\nThe demo has failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = interrupted.signal.aborted ? 130 : 1;
}
