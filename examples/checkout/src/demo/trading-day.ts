import type { Sandbox } from "@waybill/sandbox";
import { Books } from "./books.ts";
import { inParallel } from "./in-parallel.ts";
import { killBetweenSendAndSave } from "./kill-relay.ts";
import type { Progress } from "./progress.ts";
import { seed } from "./seed.ts";
import { unsettled, waitUntilSettled } from "./settle.ts";
import type { Shop } from "./shop.ts";
import type { AcceptedOrder } from "./shop-client.ts";
import { type Offsets, readEndOffsets } from "./topic-reader.ts";
import { describeDeadLetters, readSubscriptions, SHOP_TOPICS } from "./topics.ts";
import { type Assortment, planWorkload, type Workload } from "./workload.ts";

/** How much the demo does. */
export interface DemoSize {
  readonly orders: number;
  readonly customers: number;
  readonly scarceStock: number;
  /** Orders that are placed at the same time. */
  readonly concurrency: number;
  readonly synchronousOrders: number;
  readonly settleDeadlineMs: number;
}

export const DEMO_SIZE: DemoSize = {
  orders: 200,
  customers: 20,
  scarceStock: 8,
  concurrency: 10,
  synchronousOrders: 50,
  settleDeadlineMs: 60_000,
};

/** What happened on the day, to be audited. */
export interface TradingDay {
  readonly books: Books;
  readonly startOffsets: Offsets;
  readonly assortment: Assortment;
  readonly workload: Workload;
  readonly accepted: readonly AcceptedOrder[];
}

export interface DayParts {
  readonly shop: Shop;
  readonly sandbox: Sandbox;
  readonly progress: Progress;
  readonly size: DemoSize;
  readonly signal: AbortSignal;
}

/** Seeds the shop, places the orders, kills the relay in the middle and starts it again, and waits until all is done. */
export async function runTradingDay(parts: DayParts): Promise<TradingDay> {
  const { shop, progress, size } = parts;
  const books = await Books.open(shop.sql);
  const startOffsets = await readEndOffsets(shop.admin, SHOP_TOPICS);
  const assortment = await progress.step(`${size.customers} customers register`, () =>
    seed(shop.database, shop.apis.current, size),
  );
  const workload = planWorkload(size.orders, assortment);
  const accepted = await placeOrders(parts, workload);
  await progress.step("everything has settled", () => settle(parts, books, accepted));
  return { books, startOffsets, assortment, workload, accepted };
}

/** The relay dies after a third of the orders and comes back after two thirds: in between the API does without it. */
async function placeOrders(parts: DayParts, { orders }: Workload): Promise<AcceptedOrder[]> {
  const { shop, progress, size } = parts;
  const startedAt = performance.now();
  const [killAt, restartAt] = [Math.floor(orders.length / 3), Math.floor((orders.length * 2) / 3)];
  let placed = 0;
  let relay = Promise.resolve();
  const accepted = await inParallel(orders, size.concurrency, async ({ release, request }) => {
    const order = await shop.apis[release].placeOrder(request);
    placed += 1;
    progress.now(`${placed} of ${orders.length} orders placed`);
    if (placed === killAt) relay = killRelay(parts, placed);
    if (placed === restartAt) relay = relay.then(() => restartRelay(parts, restartAt));
    return order;
  });
  progress.done(`${placed} orders placed, ${size.concurrency} at a time`, performance.now() - startedAt);
  progress.now("the relay comes back");
  await relay;
  return accepted;
}

async function killRelay({ sandbox, progress }: DayParts, placed: number): Promise<void> {
  const { pid } = sandbox.relay;
  const sent = await killBetweenSendAndSave(sandbox);
  const when = sent ? "after it sent events and before it could save how far it was" : "while it had nothing to send";
  progress.hazard(`the relay (pid ${pid}) is killed by SIGKILL after ${placed} orders, ${when}`);
}

async function restartRelay({ sandbox, progress }: DayParts, placed: number): Promise<void> {
  const startedAt = performance.now();
  await sandbox.relay.restart();
  const took = performance.now() - startedAt;
  progress.done(`the relay (pid ${sandbox.relay.pid}) started again after ${placed} orders`, took);
}

async function settle(
  { shop, progress, size, signal }: DayParts,
  books: Books,
  accepted: readonly AcceptedOrder[],
): Promise<void> {
  const subscriptions = readSubscriptions();
  const orderIds = accepted.map(({ id }) => id);
  const look = async () => unsettled(await books.settlement(orderIds), subscriptions);
  const onProgress = (missing: string) => progress.now(missing);
  const explain = () => describeDeadLetters(shop.admin);
  await waitUntilSettled(look, { deadlineMs: size.settleDeadlineMs, signal, onProgress, explain });
}
