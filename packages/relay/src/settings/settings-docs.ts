import type { Setting } from "./setting-kinds.ts";
import { settingNames, settingsTable } from "./settings.ts";

/** The README's table of settings, in Markdown. */
export function settingsMarkdown(): string {
  const rows = allSettings().map(({ flag, env, type, unit, default: value, description, isSecret }) => {
    const shown = value === undefined ? "required" : value === "" ? "none" : `\`${value}\``;
    return `| ${isSecret === true ? "not a flag" : `\`${flag}\``} | \`${env}\` | ${unit === undefined ? type : `${type}, ${unit}`} | ${shown} | ${description} |`;
  });
  return ["| flag | variable | type | default | what |", "|---|---|---|---|---|", ...rows].join("\n");
}

/** `.env.example`: every variable with its default, what is required with an example. */
export function settingsEnvExample(): string {
  const examples: Readonly<Record<string, string>> = {
    DATABASE_URL: "postgresql://relay:secret@localhost:5432/shop",
    KAFKA_BROKERS: "localhost:9092",
    SCHEMA_REGISTRY_URL: "http://localhost:8081",
  };
  return allSettings()
    .map(({ env, default: value, description }) =>
      value === undefined
        ? `# ${description}\n${env}=${examples[env] ?? ""}\n`
        : `# ${description}\n#${env}=${value}\n`,
    )
    .join("\n");
}

function allSettings(): Setting<unknown>[] {
  return settingNames.map((name) => settingsTable[name]);
}
