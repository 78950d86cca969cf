import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, describe, expect, it } from "@jest/globals";

const MAIN = new URL("../src/main.ts", import.meta.url).pathname;
const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) if (child.exitCode === null) child.kill("SIGKILL");
});

interface Ended {
  readonly code: unknown;
  readonly output: string;
}

/** Runs the program; `first` is its first line on stdout, `ended` its exit code and all that it wrote. */
function run(...args: string[]): { child: ChildProcess; first: Promise<string>; ended: Promise<Ended> } {
  const child = spawn(process.execPath, ["--conditions=@waybill/source", MAIN, ...args], { env: {} });
  running.push(child);
  let output = "";
  const first = new Promise<string>((resolve) => {
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes("\n")) resolve(output.replace(/\n.*/s, ""));
    });
  });
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const ended = once(child, "close").then(([code]: unknown[]) => ({ code, output }));
  return { child, first, ended };
}

describe("waybill-registry", () => {
  it("serves until SIGTERM and then ends with 0", async () => {
    const { child, first, ended } = run("--port", "0");
    const url = /http:\/\/[^ ]+/.exec(await first)?.[0] ?? "";
    expect((await fetch(`${url}/subjects`)).status).toBe(200);
    child.kill("SIGTERM");
    expect((await ended).code).toBe(0);
  });

  it("says in one line what is wrong with its settings, and ends with 2", async () => {
    const { code, output } = await run("--port", "many").ended;
    expect(code).toBe(2);
    expect(output).toBe('waybill-registry: --port (REGISTRY_PORT) must be a port from 0 to 65535, not "many"\n');
  });

  it("says in one line why it cannot start, without the password, and ends with 1", async () => {
    const { code, output } = await run("--port", "0", "--database-url", "postgres://u:secret@127.0.0.1:1/x").ended;
    expect(code).toBe(1);
    expect(output).toMatch(/^waybill-registry: the registry cannot use PostgreSQL at 127\.0\.0\.1:1\/x: .*\n$/);
    expect(output).not.toContain("secret");
  });
});
