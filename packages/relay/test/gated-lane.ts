import type {
  FailureReason,
  PublisherLane,
  RowView,
  SendFailure,
  SendOutcome,
} from "../src/publishers/lane-publisher.ts";

/** A lane whose attempts end when the test says how. */
export class GatedLane implements PublisherLane {
  /** Ids of each attempt. */
  readonly attempts: number[][] = [];
  /** What a test sees stored, in order. */
  readonly stored: number[] = [];
  #filled: number[] = [];
  #inFlight: number[] = [];
  #attempt: PromiseWithResolvers<SendOutcome> | null = null;
  readonly filledBytes = 0;

  get filledEvents(): number {
    return this.#filled.length;
  }

  append({ id }: RowView): void {
    this.#filled.push(id);
  }

  send(): Promise<SendOutcome> {
    this.#inFlight = this.#filled;
    this.#filled = [];
    return this.repeat();
  }

  repeat(): Promise<SendOutcome> {
    this.attempts.push([...this.#inFlight]);
    this.#attempt = Promise.withResolvers();
    return this.#attempt.promise;
  }

  /** Ends the attempt at hand: all is stored, or all before `id`, which fails. */
  end(failure?: { readonly id: number; readonly reason: FailureReason }): void {
    const isStored = (id: number) => failure === undefined || id < failure.id;
    const stored = this.#inFlight.filter(isStored);
    this.stored.push(...stored);
    this.#inFlight = this.#inFlight.filter((id) => !isStored(id));
    const failures: SendFailure[] =
      failure === undefined ? [] : [{ reason: failure.reason, topic: "t", ids: [failure.id], message: "refused" }];
    this.#attempt?.resolve({ acknowledged: new Map(stored.length > 0 ? [["t", stored.length]] : []), failures });
  }

  remove(ids: ReadonlySet<number>): void {
    this.#inFlight = this.#inFlight.filter((id) => !ids.has(id));
  }

  unacknowledged(): readonly number[] {
    return this.#inFlight;
  }

  reset(): void {
    this.#filled = [];
    this.#inFlight = [];
  }
}
