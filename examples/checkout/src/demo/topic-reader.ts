import { envelopeFromHeaders } from "@waybill/events";
import { type Admin, type IHeaders, type Kafka } from "kafkajs";
import { randomUUID } from "node:crypto";
import type { TopicRecord } from "./delivery-check.ts";
import type { ChainEvent } from "./event-tree.ts";

/** A record with what its headers say of its event. */
export interface AuditedRecord extends TopicRecord, ChainEvent {
  readonly correlationId: string;
}

/** Offsets by topic and partition, `topic/partition`. */
export type Offsets = ReadonlyMap<string, bigint>;

/** The end of every partition: where the next record will stand. */
export async function readEndOffsets(admin: Admin, topics: readonly string[]): Promise<Offsets> {
  const ends = new Map<string, bigint>();
  for (const topic of topics) {
    for (const { partition, high } of await admin.fetchTopicOffsets(topic)) {
      ends.set(`${topic}/${partition}`, BigInt(high));
    }
  }
  return ends;
}

const GIVE_UP_AFTER_MS = 20_000;

/**
 * Reads topics whole, from `from` to `to`, with a group of its own that commits nothing: an auditor's view, which
 * shares no code with the shop's consumers. Records of one partition come in the order of their offsets.
 *
 * @throws Error when the end is not reached in time, or a record is no event
 */
export async function readTopics(kafka: Kafka, from: Offsets, to: Offsets): Promise<AuditedRecord[]> {
  const open = new Set([...to].filter(([id, end]) => end > (from.get(id) ?? 0n)).map(([id]) => id));
  if (open.size === 0) return [];
  const topics = [...new Set([...to.keys()].map((id) => id.slice(0, id.lastIndexOf("/"))))];
  const consumer = kafka.consumer({ groupId: `demo-audit-${randomUUID()}` });
  const records: AuditedRecord[] = [];
  await consumer.connect();
  try {
    await consumer.subscribe({ topics, fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      const fail = (reason: string) => reject(new Error(`the demo could not read the topics whole: ${reason}`));
      const giveUp = setTimeout(() => fail(`${open.size} partitions unread`), GIVE_UP_AFTER_MS);
      consumer.on(consumer.events.CRASH, ({ payload }) => fail(payload.error.message));
      consumer
        .run({
          autoCommit: false,
          eachBatch: async ({ batch }) => {
            const id = `${batch.topic}/${batch.partition}`;
            const first = from.get(id) ?? 0n;
            for (const { offset, key, headers } of batch.messages) {
              if (BigInt(offset) >= first) records.push(audit(batch.topic, key, headers));
            }
            if (BigInt(batch.lastOffset()) + 1n >= (to.get(id) ?? 0n)) open.delete(id);
            if (open.size > 0) return;
            clearTimeout(giveUp);
            resolve();
          },
        })
        .catch(reject);
    });
  } finally {
    await consumer.disconnect();
  }
  return records;
}

function audit(topic: string, key: Buffer | null, headers: IHeaders | undefined): AuditedRecord {
  const envelope = envelopeFromHeaders((name) => headers?.[name]?.toString());
  const { id: eventId, type, version, causationId, correlationId, time } = envelope;
  return { topic, key: key?.toString() ?? null, eventId, type, version, causationId, correlationId, time };
}
