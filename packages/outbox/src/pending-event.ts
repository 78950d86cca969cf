import type { EventDescriptor } from "@waybill/events";

/** What one call of `publish` may set. What is absent comes from the context, then from the outbox, then the default. */
export interface PublishOptions {
  /** Partition key, instead of the field that the schema marks; null for none. Events of one key stay in order. */
  readonly key?: string | null;
  /** Kafka topic, instead of the descriptor's. Consumers of the event must know of it. */
  readonly topic?: string;
  /** The event's id, a UUID, when the caller must know it in advance. Default: a new UUIDv7. */
  readonly id?: string;
  /** When it happened, header `ce_time`. Default: now, by this process's clock. Does not change the order. */
  readonly occurredAt?: Date;
  /** Further Kafka headers. Names beginning with `ce_`, and `traceparent`, are the envelope's own. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: the context's, or else the event's own id. */
  readonly correlationId?: string;
  /** Default: the context's; null for none. */
  readonly causationId?: string | null;
  /** Default: the context's; null for none. One that is not W3C trace context is left out, as W3C asks. */
  readonly traceparent?: string | null;
  /** Default: the context's, or else the outbox's. */
  readonly source?: string;
  /**
   * Holds an advisory lock on the key until the transaction ends, taken before the event gets its place in the order.
   * For writers that hold no row lock on what the event is about; default false.
   */
  readonly lockKey?: boolean;
}

/** An event that `publishAll` is to write. Made by {@link event}, which ties the data to its descriptor. */
export interface PendingEvent {
  readonly descriptor: EventDescriptor;
  readonly data: unknown;
  readonly options: PublishOptions;
}

/** One event for `publishAll`. Nothing is checked or encoded before it is published. */
export function event<Data>(
  descriptor: EventDescriptor<string, number, Data>,
  data: NoInfer<Data>,
  options: PublishOptions = {},
): PendingEvent {
  return { descriptor, data, options };
}
