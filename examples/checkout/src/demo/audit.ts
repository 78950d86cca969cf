import { DEFAULT_LATENCIES } from "../providers/latency.ts";
import { checkDelivery } from "./delivery-check.ts";
import { drawEventTree } from "./event-tree.ts";
import { inParallel } from "./in-parallel.ts";
import { checkOutcomes, type OrderOutcome } from "./outcome-check.ts";
import type { DemoResult } from "./report.ts";
import type { AcceptedOrder } from "./shop-client.ts";
import { type AuditedRecord, readEndOffsets, readTopics } from "./topic-reader.ts";
import { readSubscriptions, SHOP_TOPICS } from "./topics.ts";
import type { DayParts, TradingDay } from "./trading-day.ts";

/** Reads the topics whole and the database by plain SQL, and compares; then times the synchronous checkout. */
export async function audit(parts: DayParts, day: TradingDay): Promise<DemoResult> {
  const { books, workload, accepted, assortment } = day;
  const records = await parts.progress.step("the topics are read whole", () => readRecords(parts, day));
  const outcomes = await books.outcomes(accepted.map(({ id }) => id));
  const delivery = checkDelivery({
    outbox: await books.outbox(),
    topics: records,
    inbox: await books.inbox(),
    subscriptions: readSubscriptions(),
  });
  const productIds = [...assortment.productIds, assortment.scarceProductId];
  const ledgers = await books.ledgers(productIds, assortment.totalStock);
  const synchronous = await parts.progress.step("the same checkout without events, for comparison", () =>
    timeSynchronousCheckout(parts, day),
  );
  const shown = chooseDelivered(accepted, outcomes);
  return {
    outcomes: checkOutcomes(outcomes, workload.expected),
    delivery,
    ledgers,
    responses: {
      withEvents: accepted.map(({ durationMs }) => durationMs),
      synchronous,
      concurrency: parts.size.concurrency,
      latencies: DEFAULT_LATENCIES,
    },
    tree: drawChain(records, shown),
    treeOrderId: shown?.id ?? "",
  };
}

/** Records of this run: those that an earlier run on the same database left behind are not its business. */
async function readRecords({ shop }: DayParts, { books, startOffsets }: TradingDay): Promise<AuditedRecord[]> {
  const earlier = await books.earlierEventIds();
  const ends = await readEndOffsets(shop.admin, SHOP_TOPICS);
  const records = await readTopics(shop.kafka, startOffsets, ends);
  return records.filter(({ eventId }) => !earlier.has(eventId));
}

/** Orders that neither a card nor the stock refuses, on the same machine and at the same concurrency. */
async function timeSynchronousCheckout({ shop, size }: DayParts, { workload }: TradingDay): Promise<number[]> {
  const requests = workload.orders
    .filter(({ obstacle }) => obstacle === "none")
    .slice(0, size.synchronousOrders)
    .map(({ request }) => request);
  const answers = await inParallel(requests, size.concurrency, (request) =>
    shop.apis.current.placeOrder(request, "/synchronous-orders"),
  );
  return answers.map(({ durationMs }) => durationMs);
}

/** The first order that was delivered: its chain is the longest. */
function chooseDelivered(
  accepted: readonly AcceptedOrder[],
  outcomes: readonly OrderOutcome[],
): AcceptedOrder | undefined {
  const delivered = new Set(outcomes.filter(({ status }) => status === "DELIVERED").map(({ orderId }) => orderId));
  return accepted.find(({ id }) => delivered.has(id));
}

function drawChain(records: readonly AuditedRecord[], order: AcceptedOrder | undefined): string[] {
  const chain = records.filter(({ correlationId }) => correlationId === order?.correlationId);
  return drawEventTree([...new Map(chain.map((record) => [record.eventId, record])).values()]);
}
