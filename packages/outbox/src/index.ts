export { publish, publishAll, waybillExtension } from "./default-outbox.ts";
export { OutboxError, type OutboxErrorCode } from "./errors.ts";
export { currentContext, type EventContext, runInContext } from "./event-context.ts";
export { type AppliedMigrations, migrate, type MigrationClient } from "./migrate.ts";
export { type Migration, migrations } from "./migrations.ts";
export { createOutbox, type Outbox, type OutboxOptions, type WaybillExtension } from "./outbox.ts";
export { event, type PendingEvent, type PublishOptions } from "./pending-event.ts";
export { writePrismaMigrations, type WrittenMigrations } from "./prisma-migrations.ts";
export {
  createRelayNotifier,
  type PostgresPool,
  type PrismaRootClient,
  RELAY_CHANNEL,
  type RelayNotifierOptions,
} from "./relay-notifier.ts";
export { pipelinePublish, type PostgresClientClass } from "./pipelined-client.ts";
export type { TransactionClient } from "./transaction-client.ts";
