import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runCli } from "../src/cli.ts";
import { bytesOf, type Files } from "./tree-fixture.ts";

/** The executable, as its source. */
export const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));

/** What a run of the CLI left behind. */
export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the real command line in a folder, without a terminal. */
export function runSchemas(
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--conditions=@waybill/source", main, ...args], {
      cwd,
      env: { PATH: process.env["PATH"], ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.once("error", reject).once("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** Runs the command line in this process, which is quicker where the process itself is not what is tested. */
export async function runInProcess(cwd: string, args: readonly string[], input = ""): Promise<Run> {
  let stdout = "";
  let stderr = "";
  const code = await runCli(args, {
    cwd,
    env: {},
    isInteractive: false,
    print: (text) => (stdout += text),
    printError: (text) => (stderr += text),
    readInput: () => Promise.resolve(bytesOf(input)),
    confirm: () => Promise.reject(new Error("asked without a terminal")),
  });
  return { code, stdout, stderr };
}

/** A fresh folder with files in it. */
export async function folderWith(files: Files): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "waybill-schemas-"));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), bytesOf(content));
  }
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
