import { expect, it } from "@jest/globals";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

interface Owner {
  readonly process: ChildProcess;
  readonly postgres: { readonly pid: number; readonly folder: string };
}

async function startOwner(): Promise<Owner> {
  const program = fileURLToPath(new URL("owner.ts", import.meta.url));
  const owner = spawn(process.execPath, ["--conditions=@waybill/source", program], {
    detached: true, // a process group of its own, as a terminal gives a command
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(createInterface({ input: owner.stdout }), "line")) as [string];
  return { process: owner, postgres: JSON.parse(line) as Owner["postgres"] };
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false; // ESRCH: gone
  }
}

async function until(condition: () => boolean): Promise<void> {
  const giveUpAt = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > giveUpAt) throw new Error("the condition did not come true within 10 s");
    await delay(20);
  }
}

it.each([
  { how: "SIGKILL", end: ({ pid }: ChildProcess) => process.kill(pid as number, "SIGKILL") },
  { how: "SIGTERM", end: ({ pid }: ChildProcess) => process.kill(pid as number, "SIGTERM") },
  // The terminal sends SIGINT to the whole group.
  { how: "Ctrl-C", end: ({ pid }: ChildProcess) => process.kill(-(pid as number), "SIGINT") },
])("ends PostgreSQL and deletes its data when its owner dies by $how", async ({ end }) => {
  const owner = await startOwner();
  const temporary = dirname(owner.postgres.folder);
  expect(runs(owner.postgres.pid)).toBe(true);
  expect(existsSync(temporary)).toBe(true);

  end(owner.process);
  await until(() => !runs(owner.postgres.pid));
  await until(() => !existsSync(temporary));
});
