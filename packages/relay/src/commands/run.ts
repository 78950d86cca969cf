import { readFile } from "node:fs/promises";
import type { CliEnvironment } from "../cli-environment.ts";
import { messageOf, RelayError } from "../errors.ts";
import { startRelay } from "../relay.ts";
import { loadSettings, type SettingSources } from "../settings.ts";

/** `outbox-relay run`: until the process shall end, or the relay refuses to go on. */
export async function runCommand(
  { config, ...flags }: Readonly<Record<string, string>>,
  { env, shutdown }: CliEnvironment,
): Promise<void> {
  const path = config ?? env["OUTBOX_RELAY_CONFIG"];
  const file = path === undefined || path === "" ? {} : { file: await readConfig(path) };
  const relay = await startRelay(loadSettings({ flags, env, ...file }));
  const stop = () => void relay.stop();
  shutdown.addEventListener("abort", stop, { once: true });
  if (shutdown.aborted) stop();
  try {
    await relay.finished;
  } finally {
    await relay.stop();
  }
}

async function readConfig(path: string): Promise<NonNullable<SettingSources["file"]>> {
  try {
    return { path, content: JSON.parse(await readFile(path, "utf8")) };
  } catch (error) {
    throw new RelayError("SETTINGS_INVALID", `cannot read the config file ${path}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
