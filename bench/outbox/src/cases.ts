import { randomUUID } from "node:crypto";
import type { Transaction } from "@waybill/example-checkout/database";
import { type NewOrder, paymentEvent, placedEvent } from "@waybill/example-checkout/place-order";
import { publishAll } from "@waybill/outbox";

/** How a transaction's events are sent: with their answer waited for, as any statement's is, or not, as the shop does. */
export type Sending = "pipelined" | "waiting";

/** What a transaction does beside placing an order. */
export interface Case {
  readonly name: string;
  readonly sending: Sending;
  /** The most latency, as a ratio to the transaction that does nothing beside. */
  readonly limit?: number;
  /** Makes what is to be sent, before the clock starts; what it returns is done in the transaction. */
  readonly prepare: (order: NewOrder) => (tx: Transaction) => PromiseLike<unknown>;
}

/** An event's payload and headers, about. */
const EVENT_BYTES = 400;

/**
 * The floors are what any library must cost that sends the events in the transaction and waits: one more statement with as
 * many parameters and bytes, which does nothing with them. Of each way of sending the first case is the base.
 */
export const CASES: readonly Case[] = [
  { name: "no event", sending: "pipelined", prepare: () => async () => {} },
  { name: "1 event", sending: "pipelined", limit: 1.2, prepare: (order) => publishing([placedEvent(order, 2)]) },
  { name: "10 events", sending: "pipelined", limit: 1.3, prepare: (order) => publishing(tenEvents(order)) },
  { name: "no event", sending: "waiting", prepare: () => async () => {} },
  { name: "`SELECT 1`", sending: "waiting", prepare: () => (tx) => tx.$executeRaw`SELECT 1` },
  { name: "floor of 1 event", sending: "waiting", prepare: () => sendAndForget(1) },
  { name: "1 event", sending: "waiting", prepare: (order) => publishing([placedEvent(order, 2)]) },
  { name: "floor of 10 events", sending: "waiting", prepare: () => sendAndForget(10) },
  { name: "10 events", sending: "waiting", prepare: (order) => publishing(tenEvents(order)) },
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
