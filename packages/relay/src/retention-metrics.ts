import { Counter, Gauge, type Registry } from "prom-client";

/** What retention tells Prometheus. Only the instance that sweeps the ring has figures; in all others they are 0. */
export interface RetentionMetrics {
  readonly bytes: Gauge;
  readonly oldestAgeSeconds: Gauge;
  readonly freeSlots: Gauge;
  readonly overrun: Gauge;
  readonly truncated: Counter;
  readonly lockTimeouts: Counter;
}

export function createRetentionMetrics(registry: Registry): RetentionMetrics {
  const registers = [registry];
  return {
    bytes: new Gauge({
      name: "waybill_relay_outbox_bytes",
      help: "Size of waybill.outbox on disk, with indexes and TOAST.",
      registers,
    }),
    oldestAgeSeconds: new Gauge({
      name: "waybill_relay_outbox_oldest_row_age_seconds",
      help: "Age of the oldest row of waybill.outbox, published or not; 0 when there is none.",
      registers,
    }),
    freeSlots: new Gauge({
      name: "waybill_relay_ring_free_slots",
      help: "Empty slots ahead of the one that takes new rows; at 0 the next one still has rows.",
      registers,
    }),
    overrun: new Gauge({
      name: "waybill_relay_ring_overrun",
      help: "1 while new rows go to a slot that still holds rows of the last round, else 0.",
      registers,
    }),
    truncated: new Counter({
      name: "waybill_relay_slots_truncated_total",
      help: "Slots of the ring emptied by TRUNCATE.",
      registers,
    }),
    lockTimeouts: new Counter({
      name: "waybill_relay_slot_lock_timeouts_total",
      help: "Attempts to empty a slot that an open transaction kept from it.",
      registers,
    }),
  };
}
