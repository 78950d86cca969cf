import { randomUUID } from "node:crypto";
import type { Transaction } from "@waybill/example-checkout/database";
import { type NewOrder, paymentEvent, placedEvent } from "@waybill/example-checkout/place-order";
import { publishAll } from "@waybill/outbox";

/** What a transaction does beside placing an order. */
export interface Case {
  readonly name: string;
  /** The most latency, as a ratio to the transaction that does nothing beside. */
  readonly limit?: number;
  /** Makes what is to be sent, before the clock starts; what it returns is done in the transaction. */
  readonly prepare: (order: NewOrder) => (tx: Transaction) => PromiseLike<unknown>;
}

/** An event's payload and headers, about. */
const EVENT_BYTES = 400;

/**
 * The floors are what any library must cost that sends the events in the transaction: one more statement with as many
 * parameters and bytes, which does nothing with them.
 */
export const CASES: readonly Case[] = [
  { name: "no event", prepare: () => async () => {} },
  { name: "`SELECT 1`", prepare: () => (tx) => tx.$executeRaw`SELECT 1` },
  { name: "floor of 1 event", prepare: () => sendAndForget(1) },
  { name: "1 event", limit: 1.2, prepare: (order) => publishing([placedEvent(order, 2)]) },
  { name: "floor of 10 events", prepare: () => sendAndForget(10) },
  { name: "10 events", limit: 1.3, prepare: (order) => publishing(tenEvents(order)) },
];

function publishing(events: Parameters<typeof publishAll>[1]) {
  return (tx: Transaction) => publishAll(tx, events);
}

function tenEvents(order: NewOrder) {
  return Array.from({ length: 5 }, () => [placedEvent(order, 2), paymentEvent(order)]).flat();
}

function sendAndForget(events: number) {
  const texts = `{${Array.from({ length: events }, () => randomUUID()).join(",")}}`;
  const bytes = Buffer.alloc(events * EVENT_BYTES);
  return (tx: Transaction) =>
    tx.$executeRaw`SELECT 1 WHERE ${texts}::text IS NULL AND ${texts}::text IS NULL AND ${texts}::text IS NULL
      AND ${texts}::text IS NULL AND ${bytes}::bytea IS NULL AND ${texts}::text IS NULL`;
}
