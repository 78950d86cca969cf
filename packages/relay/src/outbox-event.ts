/** A row of `waybill.outbox` as the relay needs it. */
export interface OutboxEvent {
  readonly id: bigint;
  readonly topic: string;
  readonly key: string | null;
  /** Identifies the schema's text in `waybill.schema`. */
  readonly schemaId: bigint;
  /** Avro, not framed. */
  readonly payload: Buffer;
  /** A count and headers, exactly as a Kafka record holds them. */
  readonly headers: Buffer;
  /** When the row was inserted, by the database's clock; milliseconds since 1970. */
  readonly occurredAt: number;
}

/** What an event weighs in memory and, near enough, in a Kafka record. */
export function eventBytes(event: Pick<OutboxEvent, "key" | "payload" | "headers">): number {
  return (event.key?.length ?? 0) + event.payload.length + event.headers.length;
}
