import type { OutgoingRecord } from "./publisher.ts";

/** What a record costs beside its key, value and headers: lengths, deltas, attributes. Generous. */
const RECORD_OVERHEAD_BYTES = 64;

/**
 * Cuts a list into runs that each weigh at most `maxBytes`: a broker's `max.message.bytes` limits the batch of a
 * partition, not one message. A heavier record makes a run of its own.
 */
export function splitByBytes(records: readonly OutgoingRecord[], maxBytes: number): OutgoingRecord[][] {
  const runs: OutgoingRecord[][] = [];
  let run: OutgoingRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    const weight = recordBytes(record);
    if (run.length > 0 && bytes + weight > maxBytes) {
      runs.push(run);
      run = [];
      bytes = 0;
    }
    run.push(record);
    bytes += weight;
  }
  if (run.length > 0) runs.push(run);
  return runs;
}

/** An upper bound of a record's size in a batch: a UTF-16 unit of a key is at most three bytes of UTF-8. */
export function recordBytes({ key, value, headers }: OutgoingRecord): number {
  return RECORD_OVERHEAD_BYTES + (key?.length ?? 0) * 3 + value.length + headers.length;
}
