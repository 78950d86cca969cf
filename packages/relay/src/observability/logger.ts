import pino, { type DestinationStream, type Logger } from "pino";
import { redactUrls } from "./redact.ts";

/** The levels of `--log-level`. */
export const LOG_LEVELS = ["silent", "error", "warn", "info", "debug"] as const;

/** Never logged under these names, however they get there. */
const secretFields = [
  "authorization",
  "databaseUrl",
  "headers",
  "key",
  "passphrase",
  "password",
  "payload",
  "registryUrl",
  "sasl",
  "secret",
  "token",
  "value",
];

/**
 * JSON lines. Errors are logged as a message and a code, never whole: those of drivers carry statements, parameters and
 * connection settings. Passwords in URLs are taken out of every text.
 */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options: pino.LoggerOptions = {
    level,
    base: { name: "outbox-relay" },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: secretFields.flatMap((field) => [field, `*.${field}`]),
    hooks: { streamWrite: redactUrls },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
