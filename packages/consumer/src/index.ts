export type { BackoffSettings } from "./backoff.ts";
export { type Consumer, type ConsumerOptions, createConsumer } from "./consumer.ts";
export type { ConsumerEvent, ConsumerEventListener, Outage, RecordReference } from "./consumer-event.ts";
export { ConsumerError, type ConsumerErrorCode, NonRetryableError, RetryLaterError } from "./errors.ts";
export type { DeadLetterReason } from "./failure-verdict.ts";
export type { IsolationLevel } from "./handler-transaction.ts";
export type {
  Handler,
  HandlerArguments,
  HandlerContext,
  HandlerOptions,
  ReceivedEvent,
} from "./handlers.ts";
export { pruneInbox, type PruneInboxOptions } from "./inbox.ts";
export type { TopicPartition } from "./kafka-port.ts";
export type { KafkajsClient } from "./kafkajs-client.ts";
export type { Logger } from "./logger.ts";
export type { PrismaClientLike, TransactionOf } from "./prisma-client.ts";
export type { ConsumerSettings, ConsumerTuning, KafkaOption } from "./settings.ts";
