import { readFile } from "node:fs/promises";
import { messageOf, RelayError } from "../errors.ts";
import { type SettingName, type SettingSources, settingsTable } from "./settings.ts";

/**
 * The sources of a command's settings: its flags, the variables, and the file that `--config` or `OUTBOX_RELAY_CONFIG`
 * names. Flags that are no settings are left out.
 *
 * @throws RelayError SETTINGS_INVALID when the file cannot be read
 */
export async function readSettingSources(
  flags: Readonly<Record<string, unknown>>,
  env: SettingSources["env"],
): Promise<SettingSources> {
  const texts: Partial<Record<SettingName, string>> = {};
  for (const [name, value] of Object.entries(flags)) {
    if (Object.hasOwn(settingsTable, name)) texts[name as SettingName] = String(value);
  }
  const path = flags["config"] ?? env["OUTBOX_RELAY_CONFIG"];
  if (typeof path !== "string" || path === "") return { flags: texts, env };
  return { flags: texts, env, file: await readConfig(path) };
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
