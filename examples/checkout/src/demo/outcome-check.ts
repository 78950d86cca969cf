/** One order with what each part of the shop did about it; null where it did nothing. */
export interface OrderOutcome {
  readonly orderId: string;
  readonly status: string;
  readonly cancellationReason: string | null;
  readonly payment: string | null;
  readonly reservation: string | null;
  readonly shipment: string | null;
}

/** How an order may end. */
export type OutcomeName = "delivered" | "payment failed" | "out of stock";

type Parts = Omit<OrderOutcome, "orderId">;

/** What each ending looks like in every part of the shop: the compensations are done. */
const ENDINGS: Readonly<Record<OutcomeName, Parts>> = {
  delivered: {
    status: "DELIVERED",
    cancellationReason: null,
    payment: "SUCCEEDED",
    reservation: "HELD",
    shipment: "DELIVERED",
  },
  "payment failed": {
    status: "CANCELLED",
    cancellationReason: "PAYMENT_FAILED",
    payment: "FAILED",
    reservation: "RELEASED",
    shipment: null,
  },
  "out of stock": {
    status: "CANCELLED",
    cancellationReason: "OUT_OF_STOCK",
    payment: "REFUNDED",
    reservation: null,
    shipment: null,
  },
};

export interface OutcomeReport {
  readonly counts: Readonly<Record<OutcomeName, number>>;
  /** Orders whose parts contradict each other, and counts that differ from the expected ones. */
  readonly findings: readonly string[];
}

/** Puts each order under its ending and compares the counts with those that the workload was made for. Pure. */
export function checkOutcomes(
  orders: readonly OrderOutcome[],
  expected: Readonly<Record<OutcomeName, number>>,
): OutcomeReport {
  const counts: Record<OutcomeName, number> = { delivered: 0, "payment failed": 0, "out of stock": 0 };
  const findings: string[] = [];
  for (const order of orders) {
    const name = endingOf(order);
    if (name === undefined) findings.push(`order ${order.orderId} has no consistent ending: ${describe(order)}`);
    else counts[name] += 1;
  }
  for (const name of Object.keys(ENDINGS) as OutcomeName[]) {
    if (counts[name] !== expected[name]) findings.push(`${counts[name]} orders ended "${name}", not ${expected[name]}`);
  }
  return { counts, findings };
}

function endingOf(order: OrderOutcome): OutcomeName | undefined {
  const parts = describe(order);
  return (Object.keys(ENDINGS) as OutcomeName[]).find((name) => describe(ENDINGS[name]) === parts);
}

function describe({ status, cancellationReason, payment, reservation, shipment }: Parts): string {
  return `order ${status} (${cancellationReason}), payment ${payment}, reservation ${reservation}, shipment ${shipment}`;
}
