/**
 * Wakes relays that idle slowly, without a part in anyone's transaction.
 *
 *   IDLE ── notify ──► SENDING ──► RESTING (intervalMs) ──┬─ nobody asked meanwhile ──► IDLE
 *                         ▲                               │
 *                         └──────────── somebody did ─────┘
 *
 * One NOTIFY is on its way at most, and one in any interval: whatever an application publishes, and however slow its pool
 * is. The first of a burst goes out at once; a relay that it wakes polls densely for longer than the interval, so what the
 * burst's rest waits for is the relay's own polls, not the next NOTIFY.
 */
import { OutboxError } from "./errors.ts";

/** The channel that relays listen on. Writers in any language may notify it, each time in a transaction of its own. */
export const RELAY_CHANNEL = "waybill_outbox";

/** Prisma's root client, by structure. A transaction's client has no `$connect`. */
export interface PrismaRootClient {
  $executeRawUnsafe(query: string): PromiseLike<number>;
  $connect(): PromiseLike<void>;
}

/** A `pg.Pool`, by structure. A single client has no `totalCount`: it may be in the middle of a transaction. */
export interface PostgresPool {
  query(text: string): PromiseLike<unknown>;
  readonly totalCount: number;
}

/** Settings of {@link createRelayNotifier}. */
export interface RelayNotifierOptions {
  /** The least time between two notifications of this process, in milliseconds: 1 to 60,000. Default 100. */
  readonly intervalMs?: number;
  /**
   * Told of a notification that failed. Default: nobody, as it costs no more than the wait for the relay's next poll, and
   * a database that is away makes the application's own queries fail as well.
   */
  readonly onError?: (error: unknown) => void;
}

const DEFAULT_INTERVAL_MS = 100;
const MAX_INTERVAL_MS = 60_000;

/**
 * For relays that poll rarely (`--poll-idle-ms`): a function that has them poll at once. Call it after the transaction has
 * committed. It returns at once, never throws, and keeps no process alive; calls are coalesced.
 *
 * It is a hint. Whether an event is published never depends on it, only how soon: one that is lost, or comes while nobody
 * listens, costs the wait for the next poll.
 *
 * NOTIFY is never part of the transaction that publishes: there, commits of all transactions that notify wait for each
 * other, all over the server.
 *
 * @param client Prisma's root client or a `pg.Pool`, from which each notification borrows a connection for a moment
 * @throws OutboxError with code `OPTION_INVALID`
 */
export function createRelayNotifier(
  client: PrismaRootClient | PostgresPool,
  { intervalMs = DEFAULT_INTERVAL_MS, onError = () => {} }: RelayNotifierOptions = {},
): () => void {
  if (!(Number.isSafeInteger(intervalMs) && intervalMs >= 1 && intervalMs <= MAX_INTERVAL_MS)) {
    throw new OutboxError(
      "OPTION_INVALID",
      `intervalMs is ${intervalMs}: give a whole number of milliseconds from 1 to ${MAX_INTERVAL_MS}`,
    );
  }
  const send = notificationBy(client);
  let isBusy = false;
  let isWanted = false;

  async function run(): Promise<void> {
    isBusy = true;
    isWanted = false;
    try {
      await send();
    } catch (error) {
      onError(error);
    } finally {
      setTimeout(rest, intervalMs).unref();
    }
  }

  function rest(): void {
    isBusy = false;
    if (isWanted) void run();
  }

  return () => {
    isWanted = true;
    if (!isBusy) void run();
  };
}

function notificationBy(client: unknown): () => PromiseLike<unknown> {
  const statement = `NOTIFY ${RELAY_CHANNEL}`;
  if (isPrismaRoot(client)) return () => client.$executeRawUnsafe(statement);
  if (isPool(client)) return () => client.query(statement);
  throw new OutboxError(
    "OPTION_INVALID",
    "createRelayNotifier got neither Prisma's root client nor a pg.Pool: a transaction's client would notify inside of the " +
      "transaction, where commits then wait for each other",
  );
}

function isPrismaRoot(client: unknown): client is PrismaRootClient {
  const candidate = client as Partial<Record<keyof PrismaRootClient, unknown>> | null | undefined;
  return typeof candidate?.$executeRawUnsafe === "function" && candidate.$connect !== undefined;
}

function isPool(client: unknown): client is PostgresPool {
  const candidate = client as Partial<Record<keyof PostgresPool, unknown>> | null | undefined;
  return typeof candidate?.query === "function" && typeof candidate.totalCount === "number";
}
