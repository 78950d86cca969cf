import type { Span } from "@opentelemetry/api";
import type {
  Bookmark,
  LaneClaim,
  LanePublisher,
  PublisherLane,
  RowView,
  SendOutcome,
  TopicProblem,
  TransactionalLane,
} from "../publishers/lane-publisher.ts";
import { createSendTracer, endUnacknowledged, noteFailedAttempt, type SendTracer } from "./send-tracer.ts";

/** The same driver without an OpenTelemetry SDK in the process; with one, sampled events have spans. */
export function tracePublisher(publisher: LanePublisher): LanePublisher {
  const tracer = createSendTracer();
  return tracer === null ? publisher : new TracedLanePublisher(publisher, tracer);
}

/** A driver whose sampled events have spans, from being appended to being acknowledged. */
export class TracedLanePublisher implements LanePublisher {
  readonly #publisher: LanePublisher;
  readonly #tracer: SendTracer;

  constructor(publisher: LanePublisher, tracer: SendTracer) {
    this.#publisher = publisher;
    this.#tracer = tracer;
  }

  connect(): Promise<void> {
    return this.#publisher.connect();
  }

  prepareTopic(topic: string): Promise<TopicProblem | null> | null {
    return this.#publisher.prepareTopic(topic);
  }

  openLane(name: string): PublisherLane {
    return new TracedLane(this.#publisher.openLane(name), this.#tracer);
  }

  openTransactionalLane(): TransactionalLane {
    return new TracedTransactionalLane(this.#publisher.openTransactionalLane(), this.#tracer);
  }

  disconnect(): Promise<void> {
    return this.#publisher.disconnect();
  }
}

class TracedLane implements PublisherLane {
  readonly #lane: PublisherLane;
  readonly #tracer: SendTracer;
  #filling = new Map<number, Span>();
  #inFlight = new Map<number, Span>();

  constructor(lane: PublisherLane, tracer: SendTracer) {
    this.#lane = lane;
    this.#tracer = tracer;
  }

  append(row: RowView, registryId: number): void {
    this.#lane.append(row, registryId);
    const span = this.#tracer.start(row.topic, row.bytes, row.headersStart, row.headersEnd);
    if (span !== null) this.#filling.set(row.id, span);
  }

  get filledEvents(): number {
    return this.#lane.filledEvents;
  }

  get filledBytes(): number {
    return this.#lane.filledBytes;
  }

  async send(bookmark?: Bookmark): Promise<SendOutcome> {
    this.#inFlight = this.#filling;
    this.#filling = new Map();
    return this.#settle(await this.#lane.send(bookmark));
  }

  async repeat(): Promise<SendOutcome> {
    return this.#settle(await this.#lane.repeat());
  }

  remove(ids: ReadonlySet<number>): void {
    this.#lane.remove(ids);
    for (const spans of [this.#inFlight, this.#filling]) {
      for (const id of ids) {
        const span = spans.get(id);
        if (span !== undefined) endUnacknowledged(span, "removed");
        spans.delete(id);
      }
    }
  }

  unacknowledged(): readonly number[] {
    return this.#lane.unacknowledged();
  }

  reset(): void {
    this.#lane.reset();
    this.endSpans();
  }

  protected endSpans(): void {
    for (const spans of [this.#inFlight, this.#filling]) {
      for (const span of spans.values()) endUnacknowledged(span, "reset");
      spans.clear();
    }
  }

  #settle(outcome: SendOutcome): SendOutcome {
    if (this.#inFlight.size === 0) return outcome;
    const [failure] = outcome.failures;
    const pending = new Set(failure === undefined ? [] : this.#lane.unacknowledged());
    const reasons = new Map(outcome.failures.flatMap(({ reason, ids }) => ids.map((id) => [id, reason])));
    for (const [id, span] of this.#inFlight) {
      const reason = reasons.get(id);
      if (reason !== undefined) noteFailedAttempt(span, reason);
      if (pending.has(id)) continue;
      span.end();
      this.#inFlight.delete(id);
    }
    return outcome;
  }
}

class TracedTransactionalLane extends TracedLane implements TransactionalLane {
  readonly #lane: TransactionalLane;

  constructor(lane: TransactionalLane, tracer: SendTracer) {
    super(lane, tracer);
    this.#lane = lane;
  }

  claim(claim: LaneClaim): Promise<string | null> {
    this.endSpans();
    return this.#lane.claim(claim);
  }
}
