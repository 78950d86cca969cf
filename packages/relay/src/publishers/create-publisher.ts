import { loadKafkaSecurity } from "../kafka-security.ts";
import type { RelaySettings } from "../settings.ts";
import { codecOf } from "./compression.ts";
import { KafkajsPublisher } from "./kafkajs/kafkajs-publisher.ts";
import type { LanePublisher } from "./lane-publisher.ts";
import { connectionSecurity } from "./wire/connection-security.ts";
import { WirePublisher } from "./wire/wire-publisher.ts";

/**
 * The driver that the settings name, not connected yet.
 *
 * @param log takes what the client says by itself
 * @throws RelayError SETTINGS_INVALID when a file that the settings name cannot be read
 */
export async function createPublisher(settings: RelaySettings, log: (message: string) => void): Promise<LanePublisher> {
  const security = await loadKafkaSecurity(settings);
  if (settings.driver === "kafkajs") return new KafkajsPublisher({ ...settings, security, log });
  return new WirePublisher({
    ...settings,
    codec: codecOf(settings.compression),
    security: (host) => connectionSecurity(security, host),
  });
}
