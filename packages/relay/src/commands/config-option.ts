import { Option } from "commander";

/** The file that settings may come from. */
export function configOption(): Option {
  return new Option(
    "--config <file>",
    'JSON file with settings by name, such as {"batchSize": 500} (OUTBOX_RELAY_CONFIG)',
  );
}
