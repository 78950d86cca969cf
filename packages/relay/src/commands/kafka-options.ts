import type { Command } from "commander";
import { kafkaSettingNames } from "../settings/kafka-settings.ts";
import { settingOption } from "../settings/setting-option.ts";
import { settingsTable } from "../settings/settings.ts";

/** How a command connects to Kafka: as `run` does. Of the flags the help shows `--brokers` alone. */
export function addKafkaOptions(command: Command): Command {
  for (const name of kafkaSettingNames) {
    if ("isSecret" in settingsTable[name]) continue;
    command.addOption(name === "brokers" ? settingOption(name) : settingOption(name).hideHelp());
  }
  return command;
}

/** A line for the help. */
export const kafkaOptionsNote = "TLS and SASL are set as for `run`: see `outbox-relay run --help`.";
