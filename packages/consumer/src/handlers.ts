import {
  createUpcaster,
  type DataOf,
  type EarlierGenerations,
  type Envelope,
  type EventDescriptor,
  UpcastError,
  type Upcasters,
} from "@waybill/events";
import { ConsumerError } from "./errors.ts";

/** An event as a handler gets it. `version` is the version that the writer wrote; `data` is of the handler's version. */
export type ReceivedEvent<Data> = Envelope & { readonly data: Data };

/** What a handler works with beside the event. */
export interface HandlerContext<Tx> {
  /**
   * The Prisma transaction that also holds the inbox row. Whatever the handler writes and publishes through it
   * commits with the inbox row or not at all.
   */
  readonly tx: Tx;
  /** Aborted when the handler's time is up, or when a stopping consumer waits no longer. Hand it to `fetch` and the like. */
  readonly signal: AbortSignal;
  /** 1 at the first attempt since this process received the event. */
  readonly attempt: number;
}

/**
 * Reacts to one event. To return, whatever the value, is to commit; to throw is to roll everything back and let the
 * retry table of the README decide.
 */
export type Handler<Data, Tx> = (event: ReceivedEvent<Data>, context: HandlerContext<Tx>) => Promise<unknown>;

/** Options of one handler. */
export interface HandlerOptions<Descriptor extends EventDescriptor> {
  /** The steps from each earlier generation to the next, by the version that each begins with. */
  readonly upcast: Upcasters<Descriptor>;
}

/**
 * What follows the descriptor in `.on(descriptor, …)`: the options are required exactly when the descriptor has
 * earlier generations. A descriptor whose generations are unknown to the compiler may have them.
 */
export type HandlerArguments<Descriptor extends EventDescriptor, Tx> = keyof Descriptor["earlier"] extends never
  ? [handler: Handler<DataOf<Descriptor>, Tx>]
  : EarlierGenerations extends Descriptor["earlier"]
    ?
        | [handler: Handler<DataOf<Descriptor>, Tx>]
        | [options: HandlerOptions<Descriptor>, handler: Handler<DataOf<Descriptor>, Tx>]
    : [options: HandlerOptions<Descriptor>, handler: Handler<DataOf<Descriptor>, Tx>];

/** A handler with its types erased: what the run-time parts work on. */
export interface Registration {
  readonly descriptor: EventDescriptor;
  /** Reads an event of any generation as the descriptor's. @throws UpcastError */
  readonly upcast: (event: ReceivedEvent<unknown>) => unknown;
  readonly handler: Handler<unknown, unknown>;
}

/** The handlers of one consumer group, by event type. */
export class HandlerTable {
  readonly #byType = new Map<string, Registration>();

  /** @throws ConsumerError HANDLER_INVALID when the type has a handler already or an upcaster is missing */
  add(descriptor: EventDescriptor, args: readonly unknown[]): void {
    const registration = createRegistration(descriptor, args);
    if (this.#byType.has(descriptor.type)) {
      throw new ConsumerError(
        "HANDLER_INVALID",
        `${descriptor.type} has a handler already: a consumer group handles an event once. ` +
          "Call both from one handler, or give the second its own consumer with its own groupId.",
      );
    }
    this.#byType.set(descriptor.type, registration);
  }

  find(type: string): Registration | undefined {
    return this.#byType.get(type);
  }

  /** The topics of all handlers, each once, in order. */
  topics(): string[] {
    return [...new Set([...this.#byType.values()].map(({ descriptor }) => descriptor.topic))].sort();
  }
}

function createRegistration(descriptor: EventDescriptor, args: readonly unknown[]): Registration {
  const handler = args.at(-1);
  if (typeof handler !== "function" || args.length > 2) {
    throw new ConsumerError("HANDLER_INVALID", `.on(${descriptor.type}, …) takes [options,] and a handler function.`);
  }
  const options = args.length === 2 ? (args[0] as Partial<HandlerOptions<EventDescriptor>>) : {};
  return { descriptor, upcast: createUpcast(descriptor, options), handler: handler as Handler<unknown, unknown> };
}

function createUpcast(descriptor: EventDescriptor, { upcast }: Partial<HandlerOptions<EventDescriptor>>) {
  try {
    return createUpcaster(descriptor, upcast ?? {});
  } catch (error) {
    if (!UpcastError.is(error)) throw error;
    throw new ConsumerError("HANDLER_INVALID", `.on(${descriptor.type}, { upcast }, …): ${error.message}`, {
      cause: error,
    });
  }
}
