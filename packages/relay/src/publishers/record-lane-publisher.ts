import { frame } from "@waybill/events";
import { rowKey } from "../row-view.ts";
import type { LanePublisher, PublisherLane, RowView, SendFailure, SendOutcome } from "./lane-publisher.ts";
import type { OutgoingRecord, Publisher } from "./publisher.ts";

interface LaneRecord extends OutgoingRecord {
  readonly id: number;
}

/** Puts a publisher that takes records behind the port that takes rows: an object for each row. */
export class RecordLanePublisher implements LanePublisher {
  readonly #publisher: Publisher;
  /** A publisher takes one `send` at a time, lanes send side by side. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(publisher: Publisher) {
    this.#publisher = publisher;
  }

  connect(): Promise<void> {
    return this.#publisher.connect();
  }

  /** What is wrong with a topic shows when it is sent to. */
  prepareTopic(): null {
    return null;
  }

  openLane(): PublisherLane {
    return new RecordLane((records) => {
      const sent = this.#turn.then(() => this.#publisher.send(records));
      this.#turn = sent;
      return sent;
    });
  }

  disconnect(): Promise<void> {
    return this.#publisher.disconnect();
  }
}

class RecordLane implements PublisherLane {
  readonly #send: Publisher["send"];
  #filled: LaneRecord[] = [];
  #inFlight: readonly LaneRecord[] = [];
  filledBytes = 0;

  constructor(send: Publisher["send"]) {
    this.#send = send;
  }

  get filledEvents(): number {
    return this.#filled.length;
  }

  append(row: RowView, registryId: number): void {
    const value = frame(registryId, row.bytes.subarray(row.payloadStart, row.payloadEnd));
    const headers = Buffer.from(row.bytes.subarray(row.headersStart, row.headersEnd));
    this.#filled.push({ id: row.id, topic: row.topic, key: rowKey(row), value: Buffer.from(value.buffer), headers });
    this.filledBytes += value.length + headers.length;
  }

  send(): Promise<SendOutcome> {
    this.#inFlight = this.#filled;
    this.#filled = [];
    this.filledBytes = 0;
    return this.repeat();
  }

  async repeat(): Promise<SendOutcome> {
    const sent = this.#inFlight;
    const answers = await this.#send(sent);
    const failures = answers.map(({ reason, records, message }): SendFailure => {
      const failed = records as readonly LaneRecord[];
      const isOne = reason === "record-too-large" || reason === "record-invalid";
      const ids = (isOne ? failed.slice(0, 1) : failed).map(({ id }) => id);
      return { reason, topic: failed[0]?.topic ?? "", ids, message };
    });
    const failed = new Set(answers.flatMap(({ records }) => records));
    const acknowledged = new Map<string, number>();
    for (const record of sent) {
      if (!failed.has(record)) acknowledged.set(record.topic, (acknowledged.get(record.topic) ?? 0) + 1);
    }
    this.#inFlight = sent.filter((record) => failed.has(record));
    return { acknowledged, failures };
  }

  remove(ids: ReadonlySet<number>): void {
    this.#inFlight = this.#inFlight.filter(({ id }) => !ids.has(id));
    this.#filled = this.#filled.filter(({ id }) => !ids.has(id));
  }

  unacknowledged(): readonly number[] {
    return this.#inFlight.map(({ id }) => id);
  }

  reset(): void {
    this.#filled = [];
    this.#inFlight = [];
    this.filledBytes = 0;
  }
}
