import type { Command } from "commander";
import { errorReasons } from "../../observability/metrics-table.ts";
import { settingOption } from "../../settings/setting-option.ts";
import type { DeadLetterSelection } from "../../sql/dead-letter-requests.ts";
import { collectValues } from "../collect-values.ts";
import { configOption } from "../config-option.ts";
import type { FlagReader } from "../flag-reader.ts";

const selectors = ["--id", "--key", "--topic", "--reason", "--type", "--since"] as const;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The flags that say which dead letters are meant. */
export function addSelectionOptions(command: Command): Command {
  return command
    .addOption(settingOption("databaseUrl"))
    .addOption(configOption())
    .option("--id <id>", "the number of its row, or the event's id (ce_id); repeatable", collectValues)
    .option("--key <key>", "of this key; repeatable", collectValues)
    .option("--topic <topic>", "of this topic; repeatable", collectValues)
    .option("--reason <reason>", "parked for this reason, such as topic-missing; repeatable", collectValues)
    .option("--type <type>", "of this type, such as orders.order.placed; repeatable", collectValues)
    .option("--since <time>", "parked since: 2026-11-21T09:30:00Z, or a span before now such as 2h");
}

/** Problems are left in the reader. */
export function readSelection(read: FlagReader, now: Date): DeadLetterSelection {
  const ids = read.texts("--id");
  const wrong = ids.filter((id) => !/^\d{1,15}$/.test(id) && !UUID.test(id));
  for (const id of wrong) {
    read.problems.push(`--id: ${JSON.stringify(id)} is neither the number of a row nor an event's id (a UUID)`);
  }
  const reasons = read.texts("--reason");
  const known: readonly string[] = errorReasons.record;
  for (const reason of reasons.filter((name) => !known.includes(name))) {
    read.problems.push(`--reason: ${JSON.stringify(reason)} is none of ${known.join(", ")}`);
  }
  return {
    rowIds: ids.filter((id) => /^\d{1,15}$/.test(id)).map(Number),
    eventIds: ids.filter((id) => UUID.test(id)).map((id) => id.toLowerCase()),
    keys: read.texts("--key"),
    topics: read.texts("--topic"),
    reasons,
    types: read.texts("--type"),
    since: read.instant("--since", now),
  };
}

/** For what changes something: nobody means all of them by saying nothing. */
export function requireSelection(read: FlagReader): void {
  const isSelective = selectors.some((flag) => read.has(flag));
  if (!isSelective && !read.has("--all")) {
    read.problems.push(`which dead letters? Give some of ${selectors.join(", ")}, or --all`);
  }
  if (isSelective && read.has("--all")) read.problems.push("--all: contradicts a selection; give one or the other");
}
