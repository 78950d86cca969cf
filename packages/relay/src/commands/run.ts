import type { CliEnvironment } from "../cli-environment.ts";
import { startRelay } from "../relay.ts";
import { readSettingSources } from "../setting-sources.ts";
import { loadSettings } from "../settings.ts";

/** `outbox-relay run`: until the process shall end, or the relay refuses to go on. */
export async function runCommand(
  flags: Readonly<Record<string, string | true>>,
  { env, shutdown }: CliEnvironment,
): Promise<void> {
  const relay = await startRelay(loadSettings(await readSettingSources(flags, env)));
  const stop = () => void relay.stop();
  shutdown.addEventListener("abort", stop, { once: true });
  if (shutdown.aborted) stop();
  try {
    await relay.finished;
  } finally {
    await relay.stop();
  }
}
