// `pnpm check`: everything about the sources that can be checked without running services. Runs every step, also after
// a failure, so that one run shows all there is to mend.
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";

interface Step {
  readonly name: string;
  readonly command: readonly string[];
}

const fromSource = ["node", "--conditions=@waybill/source"];
const packages = globSync(["packages/*", "examples/*/events/*"]).sort();

const steps: readonly Step[] = [
  { name: "types", command: ["tsc", "-b"] },
  { name: "lint", command: ["oxlint", "--type-aware", "--deny-warnings"] },
  { name: "format", command: ["biome", "format", "."] },
  { name: "unused code and dependencies", command: ["knip", "--no-config-hints"] },
  ...packages.map((dir) => ({ name: `publishable: ${dir}`, command: ["publint", "--strict", dir] })),
  { name: "event schemas", command: [...fromSource, "packages/schemas/src/main.ts", "check", "schemas"] },
  {
    name: "event schemas' style",
    command: [...fromSource, "packages/schemas/src/main.ts", "lint", "schemas", "--deny-warnings"],
  },
  {
    name: "generated event packages",
    command: [...fromSource, "packages/schemas/src/main.ts", "generate", "schemas", "--check"],
  },
  {
    name: "the quickstart's event package",
    command: [...fromSource, "packages/schemas/src/main.ts", "generate", "examples/quickstart/schemas", "--check"],
  },
  { name: "generated Prisma clients", command: ["node", "scripts/generate-prisma.ts", "--check"] },
  { name: "README snippets", command: ["node", "scripts/readme.ts", "--check"] },
];

const failed: string[] = [];
for (const { name, command } of steps) {
  const started = performance.now();
  const [program = "", ...args] = command;
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: "utf8", maxBuffer: 2 ** 28 });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const passed = status === 0;
  console.log(`${passed ? "ok    " : "FAILED"} ${name} (${seconds} s)`);
  if (passed) continue;
  failed.push(name);
  console.log(`$ ${command.join(" ")}\n${error ? error.message : stdout + stderr}`);
}
if (failed.length > 0) {
  console.log(`\n${failed.length} of ${steps.length} checks failed: ${failed.join(", ")}`);
  process.exitCode = 1;
}
