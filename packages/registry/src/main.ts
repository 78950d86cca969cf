#!/usr/bin/env node
import { RegistryError } from "./errors.ts";
import { loadSettings } from "./settings.ts";
import { startRegistry } from "./start-registry.ts";

/** 2: the command line or the environment is wrong. 1: it could not start. */
async function main(): Promise<void> {
  const invocation = loadSettings(process.argv.slice(2), process.env);
  if (invocation.action === "print") {
    process.stdout.write(invocation.text);
    return;
  }
  const { options } = invocation;
  const registry = await startRegistry(options);
  const store = options.store.kind === "memory" ? "memory, lost at the end" : "PostgreSQL";
  process.stdout.write(`waybill-registry listens on ${registry.url} (schemas in ${store})\n`);
  const stop = () => {
    process.removeAllListeners("SIGTERM").removeAllListeners("SIGINT"); // a second signal ends it at once
    registry.stop().catch(fail);
  };
  process.once("SIGTERM", stop).once("SIGINT", stop);
}

function fail(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`waybill-registry: ${message}\n`);
  process.exitCode = RegistryError.is(error) && error.code === "INVALID_SETTINGS" ? 2 : 1;
}

main().catch(fail);
