import type { Logger } from "pino";
import type { CliEnvironment } from "../cli-environment.ts";
import { createLogger } from "../observability/logger.ts";
import { startRelay } from "../relay.ts";
import { readSettingSources } from "../settings/setting-sources.ts";
import { loadSettings, type RelaySettings } from "../settings/settings.ts";
import { startTracing } from "../tracing/start-tracing.ts";

/** `outbox-relay run`: until the process shall end, or the relay refuses to go on. */
export async function runCommand(
  flags: Readonly<Record<string, string | true>>,
  { env, shutdown, onStarted }: CliEnvironment,
): Promise<void> {
  const settings = loadSettings(await readSettingSources(flags, env));
  const logger = createLogger(settings.logLevel);
  const tracing = await startTracing(env, (message) => logger.warn(message));
  try {
    await runRelay(settings, logger, shutdown, onStarted);
  } finally {
    await tracing?.stop();
  }
}

async function runRelay(
  settings: RelaySettings,
  logger: Logger,
  shutdown: AbortSignal,
  onStarted: (() => void) | undefined,
): Promise<void> {
  const relay = await startRelay(settings, { logger });
  onStarted?.();
  const stop = () => void relay.stop();
  shutdown.addEventListener("abort", stop, { once: true });
  if (shutdown.aborted) stop();
  try {
    await relay.finished;
  } finally {
    await relay.stop();
  }
}
