/*
 * Produce Request (versions 9 to 11) => transactional_id(compact nullable string) acks(int16) timeout_ms(int32) [topic]
 *   topic => name(compact string) [partition] TAG_BUFFER
 *     partition => index(int32) records(compact bytes: one record batch) TAG_BUFFER
 * Produce Response => [topic] throttle_time_ms(int32) TAG_BUFFER
 *   topic => name [partition] TAG_BUFFER
 *     partition => index(int32) error_code(int16) base_offset(int64) log_append_time_ms(int64) log_start_offset(int64)
 *                  [record_error] error_message(compact nullable string) TAG_BUFFER
 *       record_error => batch_index(int32) message(compact nullable string) TAG_BUFFER
 *
 * Source: the protocol guide. @platformatic/kafka's own encoder builds records, and its parser throws on any error code.
 */
import { type Reader, Writer } from "@platformatic/kafka";

/** One batch for one partition, as bytes. */
export interface PartitionBatch {
  readonly topic: string;
  readonly partition: number;
  readonly bytes: Buffer;
}

export interface PartitionAnswer {
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: number;
  /** What the broker says of the error. */
  readonly message: string | null;
  /** The number in its batch of the first record that the broker names. */
  readonly refusedRecord: number | null;
}

const ACKS_OF_ALL_IN_SYNC = -1;

export function writeProduceRequest(
  batches: readonly PartitionBatch[],
  timeoutMs: number,
  transactionalId: string | null,
): Writer {
  const topics = [...Map.groupBy(batches, ({ topic }) => topic)];
  return Writer.create()
    .appendString(transactionalId)
    .appendInt16(ACKS_OF_ALL_IN_SYNC)
    .appendInt32(timeoutMs)
    .appendArray(topics, (writer, [topic, ofTopic]) => {
      writer.appendString(topic).appendArray(ofTopic, (partitions, { partition, bytes }) => {
        partitions.appendInt32(partition).appendBytes(bytes);
      });
    })
    .appendTaggedFields();
}

export function readProduceResponse(reader: Reader): PartitionAnswer[] {
  const topics = reader.readArray(() => {
    const topic = reader.readString();
    return reader.readArray(() => readPartition(reader, topic));
  });
  reader.readInt32();
  return topics.flat();
}

function readPartition(reader: Reader, topic: string): PartitionAnswer {
  const partition = reader.readInt32();
  const errorCode = reader.readInt16();
  reader.skip(24); // base offset, append time, log start offset
  const recordErrors = reader.readArray(() => ({ index: reader.readInt32(), message: reader.readNullableString() }));
  const said = reader.readNullableString();
  const [first] = recordErrors;
  return {
    topic,
    partition,
    errorCode,
    message: [said, first?.message].filter((text) => typeof text === "string" && text !== "").join(": ") || null,
    refusedRecord: first?.index ?? null,
  };
}
