import type { EventDescriptor } from "@waybill/events";
import { OutboxError } from "./errors.ts";
import { currentContext } from "./event-context.ts";
import { insertRows } from "./insert-rows.ts";
import { newEventId } from "./new-event-id.ts";
import { toOutboxRow } from "./outbox-row.ts";
import { inPublishSpan } from "./publish-span.ts";
import { event, type PendingEvent, type PublishOptions } from "./pending-event.ts";
import { assertTransactionClient, type TransactionClient } from "./transaction-client.ts";

/** Settings of {@link createOutbox}. */
export interface OutboxOptions {
  /**
   * Who publishes, a URI reference such as `/checkout`: header `ce_source`. Default: the environment variable
   * `WAYBILL_SOURCE`, or else `/`. A context's or an event's own source wins.
   */
  readonly source?: string;
  /**
   * The most that one event may have, in bytes: its framed payload, key and headers. Default 900,000: Kafka's own
   * limit, `max.message.bytes`, is 1,048,588 for a whole batch.
   */
  readonly maxEventBytes?: number;
}

/** Publishes events with one source and one limit. */
export interface Outbox {
  /**
   * Writes one event in the caller's transaction: it is published if and only if that commits. Checked and encoded
   * here, so that a bad event throws where it is made, before anything is sent to the database.
   *
   * Events of one key are published in the order of commits when the transaction holds a lock on what they are about
   * before it publishes: the row that it updated or selected FOR UPDATE, or else `lockKey: true`.
   *
   * @param tx the client that `prisma.$transaction(async (tx) => …)` gives
   * @returns the event's id, which consumers see as `ce_id`
   * @throws EncodeError naming the path of every wrong field
   * @throws OutboxError with any code but those of migrating
   */
  readonly publish: <Data>(
    tx: TransactionClient,
    descriptor: EventDescriptor<string, number, Data>,
    data: NoInfer<Data>,
    options?: PublishOptions,
  ) => Promise<string>;
  /**
   * Writes any number of events, made by `event(descriptor, data, options?)`, in one round trip. They are published in
   * their order; all are checked before any is written. None at all is no round trip.
   *
   * @returns the events' ids, in their order
   * @throws as `publish` does
   */
  readonly publishAll: (tx: TransactionClient, events: readonly PendingEvent[]) => Promise<readonly string[]>;
  /** `prisma.$extends(extension)` gives `tx.$publish` and `tx.$publishAll`. */
  readonly extension: WaybillExtension;
}

/** The client that a method of the extension was called on; the root client is refused by type. */
type CalledIn<Client> = Client extends { readonly $connect: unknown } ? never : Client;

/** A Prisma client extension, by structure: Prisma itself is not imported. */
export interface WaybillExtension {
  readonly name: string;
  readonly client: {
    /** {@link Outbox.publish} in the transaction that it is called on. */
    $publish<Client, Data>(
      this: CalledIn<Client>,
      descriptor: EventDescriptor<string, number, Data>,
      data: NoInfer<Data>,
      options?: PublishOptions,
    ): Promise<string>;
    /** {@link Outbox.publishAll} in the transaction that it is called on. */
    $publishAll<Client>(this: CalledIn<Client>, events: readonly PendingEvent[]): Promise<readonly string[]>;
  };
}

const DEFAULT_MAX_EVENT_BYTES = 900_000;

/**
 * An outbox with settings of its own; the functions of this package's index are one with the default settings.
 *
 * @throws OutboxError with code `OPTION_INVALID`
 */
export function createOutbox(options: OutboxOptions = {}): Outbox {
  const { maxEventBytes = DEFAULT_MAX_EVENT_BYTES } = options;
  if (!(Number.isSafeInteger(maxEventBytes) && maxEventBytes > 0)) {
    throw new OutboxError("OPTION_INVALID", `maxEventBytes is ${maxEventBytes}: give a positive whole number of bytes`);
  }
  if (options.source === "")
    throw new OutboxError("OPTION_INVALID", 'source is empty: give a name such as "/checkout"');
  // Read at the first event and not at import, so that an application may load its environment from a file.
  const source = () => options.source ?? (process.env["WAYBILL_SOURCE"] || "/");

  async function publishAll(client: unknown, events: readonly PendingEvent[]): Promise<readonly string[]> {
    assertTransactionClient(client);
    const now = () => new Date();
    return inPublishSpan(events, currentContext(), async (context) => {
      const surroundings = { source: source(), maxEventBytes, context, now, newId: newEventId };
      const rows = events.map((pending) => toOutboxRow(pending, surroundings));
      await insertRows(client, rows);
      return rows.map((row) => row.eventId);
    });
  }

  async function publish<Data>(
    client: unknown,
    descriptor: EventDescriptor<string, number, Data>,
    data: NoInfer<Data>,
    publishOptions?: PublishOptions,
  ): Promise<string> {
    const [id] = await publishAll(client, [event(descriptor, data, publishOptions)]);
    return id as string;
  }

  return {
    publish,
    publishAll,
    extension: {
      name: "waybill",
      client: {
        $publish(descriptor, data, publishOptions) {
          return publish(this, descriptor, data, publishOptions);
        },
        $publishAll(events) {
          return publishAll(this, events);
        },
      },
    },
  };
}
