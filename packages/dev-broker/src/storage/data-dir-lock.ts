import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { DevBrokerError, systemCode } from "../errors.ts";

/** The folders that brokers of this very process hold. */
const heldHere = new Set<string>();

/**
 * Takes the folder for one broker; answers how to give it back. A lock whose process is gone (a killed broker's) counts
 * for nothing, nor does one with this process's own id that no broker here holds: process ids repeat in containers.
 *
 * @throws DevBrokerError DATA_DIR_IN_USE
 */
export function lockDataDir(folder: string): () => void {
  const path = join(resolve(folder), "lock");
  const holder = readHolder(path);
  if (heldHere.has(path) || (holder !== undefined && holder !== process.pid && isAlive(holder))) {
    throw new DevBrokerError(
      "DATA_DIR_IN_USE",
      `The data folder ${folder} is in use by the dev broker of process ${holder ?? process.pid}. ` +
        "Stop that one, or choose another folder.",
    );
  }
  writeFileSync(path, String(process.pid));
  heldHere.add(path);
  return () => {
    heldHere.delete(path);
    rmSync(path, { force: true });
  };
}

function readHolder(path: string): number | undefined {
  try {
    const holder = Number(readFileSync(path, "utf8"));
    return Number.isInteger(holder) && holder > 0 ? holder : undefined;
  } catch {
    return undefined; // no lock; an unreadable folder fails at the write that follows, with its reason
  }
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return systemCode(error) === "EPERM"; // another user's, but alive
  }
}
