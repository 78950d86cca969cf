// Remakes the committed Prisma clients. `--check` fails when a client in git is not what its datamodel gives.
import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** Each holds a prisma.config.ts and generates into src/generated. */
const projects = ["internal/harness", "examples/checkout", "examples/quickstart"];

// Prisma wants the binary of its schema engine (a download) even for `generate`, which does not run it: any file does.
const env = { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, ...process.env };

const stale: string[] = [];
for (const project of projects) {
  const cwd = join(import.meta.dirname, "..", project);
  execFileSync("node", ["node_modules/prisma/build/index.js", "generate", "--no-hints"], {
    cwd,
    env,
    stdio: "inherit",
  });
  const status = execFileSync("git", ["status", "--porcelain", "-uall", "src/generated"], { cwd, encoding: "utf8" });
  // "XY path": Y is what differs from git's index, so a regenerated and staged client passes.
  stale.push(...status.split("\n").filter((line) => line !== "" && line[1] !== " "));
}
if (process.argv.includes("--check") && stale.length > 0) {
  console.error(`Generated Prisma clients differ from git; run \`pnpm generate\` and commit:\n${stale.join("\n")}`);
  process.exitCode = 1;
}
