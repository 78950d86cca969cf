import { readFile } from "node:fs/promises";
import type { Logger } from "pino";
import type { CliEnvironment } from "../cli-environment.ts";
import { messageOf, RelayError } from "../errors.ts";
import { createLogger } from "../logger.ts";
import { startRelay } from "../relay.ts";
import { loadSettings, type RelaySettings, type SettingSources } from "../settings.ts";
import { startTracing } from "../tracing/start-tracing.ts";

/** `outbox-relay run`: until the process shall end, or the relay refuses to go on. */
export async function runCommand(
  { config, ...flags }: Readonly<Record<string, string>>,
  { env, shutdown }: CliEnvironment,
): Promise<void> {
  const path = config ?? env["OUTBOX_RELAY_CONFIG"];
  const file = path === undefined || path === "" ? {} : { file: await readConfig(path) };
  const settings = loadSettings({ flags, env, ...file });
  const logger = createLogger(settings.logLevel);
  const tracing = await startTracing(env, (message) => logger.warn(message));
  try {
    await runRelay(settings, logger, shutdown);
  } finally {
    await tracing?.stop();
  }
}

async function runRelay(settings: RelaySettings, logger: Logger, shutdown: AbortSignal): Promise<void> {
  const relay = await startRelay(settings, { logger });
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
    return { path, content: parseConfig(await readFile(path, "utf8")) };
  } catch (error) {
    throw new RelayError("SETTINGS_INVALID", `cannot read the config file ${path}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** The parser's message quotes the text around the fault, which may be a password: only where it is goes on. */
function parseConfig(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const [where = ""] = / at position \d+( \(line \d+ column \d+\))?/.exec(messageOf(error)) ?? [];
    throw new Error(`it is not JSON${where}`);
  }
}
