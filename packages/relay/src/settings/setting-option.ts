import { Option } from "commander";
import type { Setting } from "./setting-kinds.ts";
import { type SettingName, settingsTable } from "./settings.ts";

/** A setting as an option of a command, with its variable and default in the help. */
export function settingOption(name: SettingName): Option {
  const setting: Setting<unknown> = settingsTable[name];
  const argument = setting.type === "boolean" ? "[boolean]" : `<${setting.unit ?? name}>`;
  const value = setting.default === undefined ? "required" : `default ${setting.default || "none"}`;
  return new Option(`${setting.flag} ${argument}`, `${setting.description} (${setting.env}; ${value})`);
}
