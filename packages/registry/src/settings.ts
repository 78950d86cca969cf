import { COMPATIBILITY_MODES, isCompatibilityMode } from "@waybill/avro";
import { Command, CommanderError, Option } from "commander";
import { RegistryError } from "./errors.ts";
import type { RegistryOptions } from "./start-registry.ts";

/** One setting: a flag, or else a variable, or else a default. */
export interface Setting {
  readonly key: "port" | "host" | "databaseUrl" | "compatibility";
  /** As commander takes it. */
  readonly flag: string;
  readonly env: string;
  readonly fallback: string | null;
  readonly description: string;
}

/** Every setting of `waybill-registry`; the README's table and `--help` say the same. */
export const SETTINGS: readonly Setting[] = [
  {
    key: "port",
    flag: "--port <port>",
    env: "REGISTRY_PORT",
    fallback: "8081",
    description: "TCP port to listen on; 0 takes a free one",
  },
  {
    key: "host",
    flag: "--host <address>",
    env: "REGISTRY_HOST",
    fallback: "127.0.0.1",
    description: "address to listen on; nobody is asked to log in, so open it to trusted networks alone",
  },
  {
    key: "databaseUrl",
    flag: "--database-url <url>",
    env: "REGISTRY_DATABASE_URL",
    fallback: null,
    description: "PostgreSQL database to keep schemas in; without one they are kept in memory and lost at the end",
  },
  {
    key: "compatibility",
    flag: "--compatibility <level>",
    env: "REGISTRY_COMPATIBILITY",
    fallback: "BACKWARD",
    description: `compatibility of subjects while no global level is set: ${COMPATIBILITY_MODES.join(", ")}`,
  },
];

/** What a command line asks for: to run, or to print a text (help) and end. */
export type Invocation =
  | { readonly action: "run"; readonly options: Required<RegistryOptions> }
  | { readonly action: "print"; readonly text: string };

/**
 * Reads the command line and the environment.
 *
 * @param argv the arguments after the program's name
 * @throws RegistryError `INVALID_SETTINGS` naming everything that is wrong
 */
export function loadSettings(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): Invocation {
  const parsed = parseFlags(argv);
  if (typeof parsed === "string") return { action: "print", text: parsed };
  const values = new Map<Setting["key"], string>();
  for (const { key, env: variable, fallback } of SETTINGS) {
    const value = parsed[key] ?? (env[variable] === "" ? undefined : env[variable]) ?? fallback;
    if (value !== null) values.set(key, value);
  }
  return { action: "run", options: optionsOf(values) };
}

/** The flags by key, or the text of the help. */
function parseFlags(argv: readonly string[]): Readonly<Record<string, string>> | string {
  let output = "";
  const command = new Command("waybill-registry")
    .description("A schema registry with the API of Confluent's, for Avro.")
    .exitOverride()
    .allowExcessArguments(false)
    .configureOutput({ writeOut: (text) => (output += text), writeErr: () => undefined });
  for (const { flag, env, fallback, description } of SETTINGS) {
    const notes = fallback === null ? `env: ${env}` : `env: ${env}, default: ${fallback}`;
    command.addOption(new Option(flag, `${description} (${notes})`));
  }
  try {
    return command.parse([...argv], { from: "user" }).opts<Record<string, string>>();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return output;
    const message = `${error.message.replace(/^error: /, "")}; see waybill-registry --help`;
    throw new RegistryError("INVALID_SETTINGS", message, { cause: error });
  }
}

function optionsOf(values: ReadonlyMap<Setting["key"], string>): Required<RegistryOptions> {
  const problems: string[] = [];
  const portText = values.get("port") ?? "";
  const port = /^[0-9]{1,5}$/.test(portText) ? Number(portText) : -1;
  if (port < 0 || port > 65_535) problems.push(`${namesOf("port")} must be a port from 0 to 65535, not "${portText}"`);
  const compatibility = (values.get("compatibility") ?? "").toUpperCase();
  if (!isCompatibilityMode(compatibility)) {
    problems.push(
      `${namesOf("compatibility")} must be one of ${COMPATIBILITY_MODES.join(", ")}, not "${compatibility}"`,
    );
  }
  const url = values.get("databaseUrl");
  // The text itself may hold a password and stays out of the message.
  if (url !== undefined && !/^postgres(ql)?:\/\//.test(url)) {
    problems.push(`${namesOf("databaseUrl")} must be a URL that begins with postgres:// or postgresql://`);
  }
  if (problems.length > 0 || !isCompatibilityMode(compatibility)) {
    throw new RegistryError("INVALID_SETTINGS", problems.join("; "));
  }
  const store = url === undefined ? ({ kind: "memory" } as const) : ({ kind: "postgres", url } as const);
  return { port, host: values.get("host") ?? "", store, compatibility };
}

function namesOf(key: Setting["key"]): string {
  const setting = SETTINGS.find((candidate) => candidate.key === key);
  return setting === undefined ? key : `${setting.flag.replace(/ .*/, "")} (${setting.env})`;
}
