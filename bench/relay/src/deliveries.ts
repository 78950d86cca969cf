import { KEYS } from "./bench-events.ts";

/** The records of a topic, by partition and in their order there. */
export interface TopicRecords {
  readonly count: number;
  /** Of each record: its event's number. */
  readonly numbers: Int32Array;
  /** When the broker appended it; milliseconds since 1970. */
  readonly appendedAtMs: Float64Array;
}

export interface DeliveryReport {
  /** Events that never came. */
  readonly lost: number;
  /** Records of events that had come before. */
  readonly duplicated: number;
  /** First deliveries behind one of a later event of their key. */
  readonly inverted: number;
}

/** Compares with events 0 to `events - 1`. A key is in one partition, so the order of the records is that of each key. */
export function checkDeliveries({ numbers }: TopicRecords, events: number): DeliveryReport {
  const seen = new Uint8Array(events);
  const newest = new Int32Array(KEYS).fill(-1);
  let delivered = 0;
  let inverted = 0;
  for (const number of numbers) {
    if (number < 0 || number >= events) throw new Error(`the topic holds event ${number}, which was never written`);
    if (seen[number] === 1) continue;
    seen[number] = 1;
    delivered++;
    const key = number % KEYS;
    if (number < (newest[key] as number)) inverted++;
    else newest[key] = number;
  }
  return { lost: events - delivered, duplicated: numbers.length - delivered, inverted };
}
