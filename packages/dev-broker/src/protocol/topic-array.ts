import type { Reader } from "./reader.ts";
import type { Writer } from "./writer.ts";

/** The shape that most requests and responses share: topics by name, each with something per partition. */
export interface TopicPartitions<Partition> {
  readonly name: string;
  readonly partitions: readonly Partition[];
}

/** Reads `[name [partition]]`; `partition` reads one, its end included. */
export function readTopics<Partition>(request: Reader, partition: () => Partition): TopicPartitions<Partition>[] {
  return request.array(() => readTopic(request, partition));
}

/** Reads one element of such an array. */
export function readTopic<Partition>(request: Reader, partition: () => Partition): TopicPartitions<Partition> {
  const name = request.string();
  const partitions = request.array(partition);
  request.endStruct();
  return { name, partitions };
}

/** Writes `[name [partition]]`; `partition` writes one, its end included. */
export function writeTopics<Partition>(
  response: Writer,
  topics: readonly TopicPartitions<Partition>[],
  partition: (value: Partition) => void,
): void {
  response.array(topics, ({ name, partitions }) => {
    response.string(name).array(partitions, partition).endStruct();
  });
}

/** The same topics with `answer` per partition. */
export function answerTopics<Request, Answer>(
  topics: readonly TopicPartitions<Request>[],
  answer: (topic: string, partition: Request) => Answer,
): TopicPartitions<Answer>[] {
  return topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map((partition) => answer(name, partition)),
  }));
}
