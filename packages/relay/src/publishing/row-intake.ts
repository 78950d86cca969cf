import type { EventProblem, EventProblems } from "./event-problems.ts";
import { messageOf } from "../errors.ts";
import type { LanePublisher, PublisherLane, RowView, TopicProblem } from "../publishers/lane-publisher.ts";
import { areRecordHeaders } from "./record-headers.ts";
import type { RowSink } from "../rows/row-sink.ts";
import { RegistryProblem } from "./schema-registry.ts";
import type { SchemaIds } from "./schema-ids.ts";
import { sendVerdict } from "./send-verdict.ts";

export interface RowIntakeOptions {
  readonly publisher: LanePublisher;
  readonly laneOf: (shard: number) => PublisherLane;
  readonly schemaIds: SchemaIds;
  readonly problems: EventProblems;
}

/**
 * Takes rows into their lanes. Hot: a row of a known topic and schema costs a few look-ups and the lane's copy, and makes
 * no object.
 */
export class RowIntake implements RowSink {
  readonly #options: RowIntakeOptions;
  readonly #occurredAtMs: number[] = [];
  readonly #ids: number[] = [];
  /** What kept the latest refused row out; null when none was since `begin`. */
  problem: EventProblem | null = null;

  constructor(options: RowIntakeOptions) {
    this.#options = options;
  }

  /** Before the rows of a batch. */
  begin(): void {
    this.problem = null;
    this.#clear();
  }

  /** The rows appended since `begin`. */
  get ids(): readonly number[] {
    return this.#ids;
  }

  /** When they were inserted; forgets them. */
  takeTimes(): Float64Array {
    const times = Float64Array.from(this.#occurredAtMs);
    this.#clear();
    return times;
  }

  take(row: RowView): boolean | Promise<boolean> {
    const { publisher, laneOf, schemaIds, problems } = this.#options;
    if (problems.setAside(row)) return true;
    const topic = publisher.prepareTopic(row.topic);
    const id = schemaIds.get(row.topic, row.schemaIdHigh, row.schemaIdLow);
    if (topic !== null || typeof id !== "number" || !hasHeaders(row)) return this.#takeSlowly(row, topic, id);
    laneOf(row.shard).append(row, id);
    this.#note(row);
    return true;
  }

  /** Waits for look-ups. Null: the row is in its lane. */
  async append(row: RowView): Promise<EventProblem | null> {
    const { publisher, schemaIds } = this.#options;
    return this.#append(
      row,
      publisher.prepareTopic(row.topic),
      schemaIds.get(row.topic, row.schemaIdHigh, row.schemaIdLow),
    );
  }

  async #takeSlowly(
    row: RowView,
    topic: Promise<TopicProblem | null> | null,
    id: number | Promise<number>,
  ): Promise<boolean> {
    const problem = await this.#append(row, topic, id);
    if (problem === null) return true;
    if (sendVerdict(problem.reason) !== "pause" && this.#options.problems.onRow(problem, row) === "parked") return true;
    this.problem = problem;
    return false;
  }

  async #append(
    row: RowView,
    topic: Promise<TopicProblem | null> | null,
    id: number | Promise<number>,
  ): Promise<EventProblem | null> {
    const of = { id: row.id, topic: row.topic };
    const [unprepared, registryId] = await Promise.all([topic, settled(id)]);
    if (typeof registryId !== "number") return { ...of, ...registryId };
    if (unprepared !== null) return { ...of, reason: unprepared.reason, message: unprepared.message };
    if (!hasHeaders(row)) {
      return { ...of, reason: "headers-invalid", message: "its headers are not what a Kafka record holds" };
    }
    this.#options.laneOf(row.shard).append(row, registryId);
    this.#note(row);
    return null;
  }

  #note({ id, occurredAtMs }: RowView): void {
    this.#ids.push(id);
    this.#occurredAtMs.push(occurredAtMs);
  }

  #clear(): void {
    this.#ids.length = 0;
    this.#occurredAtMs.length = 0;
  }
}

function hasHeaders({ bytes, headersStart, headersEnd }: RowView): boolean {
  return areRecordHeaders(bytes, headersStart, headersEnd);
}

async function settled(id: number | Promise<number>): Promise<number | Pick<EventProblem, "reason" | "message">> {
  try {
    return await id;
  } catch (error) {
    if (error instanceof RegistryProblem) return { reason: error.reason, message: messageOf(error) };
    throw error;
  }
}
