import { loadKafkaSecurity } from "../kafka/kafka-security.ts";
import type { RelaySettings } from "../settings/settings.ts";
import { codecOf } from "./compression.ts";
import type { LanePublisher } from "./lane-publisher.ts";
import { connectionSecurity } from "./wire/connection-security.ts";
import type { TransactionObserver } from "./wire/transactional-lane.ts";

/**
 * The driver that the settings name, not connected yet.
 *
 * @param log takes what the client says by itself
 * @param nowMs the time of records: a broker refuses those whose time is an hour ahead of its own, so it had better not be
 *   the clock of this machine alone
 * @param transactionObserver of transactional lanes
 * @throws RelayError SETTINGS_INVALID when a file that the settings name cannot be read
 */
export async function createPublisher(
  settings: RelaySettings,
  log: (message: string) => void,
  nowMs: () => number = Date.now,
  transactionObserver: TransactionObserver = { onCommitted: () => {}, onAborted: () => {} },
): Promise<LanePublisher> {
  const security = await loadKafkaSecurity(settings);
  // Only the driver that is used is loaded: kafkajs is 5 MB.
  if (settings.driver === "kafkajs") {
    const { KafkajsPublisher } = await import("./kafkajs/kafkajs-publisher.ts");
    return new KafkajsPublisher({ ...settings, security, log, nowMs });
  }
  const { WirePublisher } = await import("./wire/wire-publisher.ts");
  return new WirePublisher({
    ...settings,
    nowMs,
    transactionObserver,
    codec: codecOf(settings.compression),
    security: (host) => connectionSecurity(security, host),
  });
}
