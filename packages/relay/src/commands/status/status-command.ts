import type { Command } from "commander";
import { abortableDelay } from "../../abortable-delay.ts";
import type { CliEnvironment } from "../../cli-environment.ts";
import { databasePlace } from "../../database/connect-to-postgres.ts";
import { LATER_TABLES, requireUsableDatabase } from "../../database/database-requirements.ts";
import { settingOption } from "../../settings/setting-option.ts";
import { readSettingSources } from "../../settings/setting-sources.ts";
import { loadSelected } from "../../settings/settings.ts";
import { sessionSettings } from "../../sql/session-settings.ts";
import { withDatabase } from "../admin-client.ts";
import { configOption } from "../config-option.ts";
import { type CommandFlags, FlagReader } from "../flag-reader.ts";
import { type OutboxSample, sampleOutbox } from "./outbox-sample.ts";
import { statusReport } from "./status-report.ts";
import { statusText } from "./status-text.ts";

const SAMPLE_MS = 1_000;
const WATCH_SECONDS = 2;
/** Clears a terminal and goes to its upper left corner. */
const CLEAR = "\u001b[2J\u001b[H";

const examples = `
Examples:
  outbox-relay status                    what waits, how fast it moves, who holds it
  outbox-relay status --watch 5          again every 5 seconds, until Ctrl-C
  outbox-relay status --json | jq .backlog.oldestAgeMs

It needs the database alone, and changes nothing.`;

/** `outbox-relay status` */
export function addStatusCommand(program: Command, environment: CliEnvironment): void {
  program
    .command("status")
    .description("Show the backlog by topic, its oldest event, the rates, the leases and the instances.")
    .addOption(settingOption("databaseUrl"))
    .addOption(configOption())
    .option("--watch [seconds]", `show it again and again (default ${WATCH_SECONDS})`)
    .option("--sample-ms <ms>", `how long the rates are measured without --watch; 0: not at all (default ${SAMPLE_MS})`)
    .option("--json", "print JSON, one line for each look with --watch")
    .addHelpText("after", examples)
    .action((flags: CommandFlags) => statusCommand(flags, environment));
}

async function statusCommand(flags: CommandFlags, environment: CliEnvironment): Promise<void> {
  const read = new FlagReader(flags);
  const watchSeconds = read.decimal("--watch", { least: 0.1, most: 3_600 }) ?? WATCH_SECONDS;
  const sampleMs = read.integer("--sample-ms", { least: 0, most: 60_000 }) ?? SAMPLE_MS;
  const sources = await readSettingSources(flags, environment.env);
  const { databaseUrl } = loadSelected(["databaseUrl"], sources, read.problems);
  const isJson = read.has("--json");
  const isWatch = read.has("--watch");
  await withDatabase(databaseUrl, async (client) => {
    await client.query(sessionSettings);
    await requireUsableDatabase(client, databaseUrl, LATER_TABLES);
    const place = databasePlace(databaseUrl);
    const show = (before: OutboxSample | null, now: OutboxSample): void => {
      const report = statusReport(place, before, now);
      const json = isWatch ? `${JSON.stringify(report)}\n` : `${JSON.stringify(report, null, 2)}\n`;
      const clear = isWatch && environment.isTerminal === true ? CLEAR : "";
      environment.stdout(isJson ? json : `${clear}${statusText(report)}`);
    };
    let before: OutboxSample | null = null;
    if (isWatch || sampleMs > 0) {
      before = await sampleOutbox(client);
      await abortableDelay(isWatch ? Math.min(watchSeconds * 1_000, SAMPLE_MS) : sampleMs, environment.shutdown);
    }
    for (;;) {
      const now = await sampleOutbox(client);
      show(before, now);
      if (!isWatch || environment.shutdown.aborted) return;
      before = now;
      await abortableDelay(watchSeconds * 1_000, environment.shutdown);
      if (environment.shutdown.aborted) return;
    }
  });
}
