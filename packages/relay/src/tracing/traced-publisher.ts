import type { Span } from "@opentelemetry/api";
import type { OutgoingRecord, Publisher, SendFailure } from "../publishers/publisher.ts";
import { noteFailedAttempt, type SendTracer } from "./send-tracer.ts";

/** A publisher whose sampled records have spans. One that is given up, unacknowledged, is not exported. */
export class TracedPublisher implements Publisher {
  readonly #publisher: Publisher;
  readonly #tracer: SendTracer;
  readonly #spans = new WeakMap<OutgoingRecord, Span>();

  constructor(publisher: Publisher, tracer: SendTracer) {
    this.#publisher = publisher;
    this.#tracer = tracer;
  }

  connect(): Promise<void> {
    return this.#publisher.connect();
  }

  async send(records: readonly OutgoingRecord[]): Promise<readonly SendFailure[]> {
    for (const record of records) this.#begin(record);
    const failures = await this.#publisher.send(records);
    const reasons = new Map(
      failures.flatMap(({ reason, records: ofFailure }) => ofFailure.map((record) => [record, reason])),
    );
    for (const record of records) {
      const span = this.#spans.get(record);
      const reason = reasons.get(record);
      if (span === undefined) continue;
      if (reason === undefined) span.end();
      else noteFailedAttempt(span, reason);
    }
    return failures;
  }

  disconnect(): Promise<void> {
    return this.#publisher.disconnect();
  }

  #begin(record: OutgoingRecord): void {
    if (this.#spans.has(record)) return; // sent again
    const span = this.#tracer.start(record.topic, record.headers, 0, record.headers.length);
    if (span !== null) this.#spans.set(record, span);
  }
}
