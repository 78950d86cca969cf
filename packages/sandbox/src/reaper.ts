import { spawn } from "node:child_process";

/**
 * Ends a service that has lost its owner.
 *
 * The owner holds the writing end of a pipe. When it says that the service is gone, the reaper leaves; when the pipe
 * closes without a word, the owner has died, by whatever cause (SIGKILL leaves it no moment of its own), and the reaper
 * ends the service, waits up to 5 s before it forces it, and deletes its folder.
 */
const SCRIPT = `
if read -r _; then exit 0; fi
kill -s "$2" "$1" 2>/dev/null
tries=0
while kill -0 "$1" 2>/dev/null && [ "$tries" -lt 50 ]; do sleep 0.1; tries=$((tries + 1)); done
kill -s KILL "$1" 2>/dev/null
[ -z "$3" ] || rm -rf -- "$3"
`;

/** The process to end when this process dies. */
export interface Reapable {
  readonly pid: number;
  /** The signal that ends it quickly, without the prefix SIG. */
  readonly signal: "KILL" | "QUIT" | "TERM";
  /** A folder to delete afterwards. */
  readonly folder: string | undefined;
}

/** Watches over a service on behalf of this process. Call the result once the service has ended. */
export function startReaper({ pid, signal, folder }: Reapable): () => void {
  const reaper = spawn("/bin/sh", ["-c", SCRIPT, "waybill-reaper", String(pid), signal, folder ?? ""], {
    cwd: "/",
    detached: true, // a session of its own: Ctrl-C in the terminal must not end it before its work
    stdio: ["pipe", "ignore", "ignore"],
  });
  // A reaper that is gone (killed by hand) breaks the pipe; the owner's work goes on without it.
  reaper.on("error", () => {});
  reaper.stdin.on("error", () => {});
  reaper.unref();
  return () => void reaper.stdin.end("ended\n");
}
