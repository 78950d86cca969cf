import type pg from "pg";
import type { HandledEvent, OutboxEvent } from "./delivery-check.ts";
import type { OrderOutcome } from "./outcome-check.ts";

/**
 * What the database holds, read by plain SQL: the demo's own count, apart from the code that it checks. Everything is
 * counted from a floor, the outbox's last id before the run, so that the demo may run again on one database.
 */
export class Books {
  readonly #client: pg.Client;
  readonly #floor: string;

  private constructor(client: pg.Client, floor: string) {
    this.#client = client;
    this.#floor = floor;
  }

  static async open(client: pg.Client): Promise<Books> {
    const { rows } = await client.query<{ floor: string }>(
      "SELECT coalesce(max(id), 0)::text AS floor FROM waybill.outbox",
    );
    return new Books(client, rows[0]?.floor ?? "0");
  }

  /** Events of this run. */
  async outbox(): Promise<OutboxEvent[]> {
    const { rows } = await this.#client.query<OutboxEvent & { outboxId: string }>(
      `SELECT o.id::text AS "outboxId", o.event_id::text AS "eventId", s.type, o.topic, o.key
       FROM waybill.outbox o JOIN (SELECT DISTINCT id, type FROM waybill.schema) s ON s.id = o.schema_id
       WHERE o.id > $1 ORDER BY o.id`,
      [this.#floor],
    );
    return rows.map((row) => ({ ...row, outboxId: BigInt(row.outboxId) }));
  }

  /** Ids of events of earlier runs, whose stragglers may still arrive. */
  async earlierEventIds(): Promise<Set<string>> {
    const { rows } = await this.#client.query<{ id: string }>(
      "SELECT event_id::text AS id FROM waybill.outbox WHERE id <= $1",
      [this.#floor],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** Inbox rows of this run, also of events that no outbox row explains. */
  async inbox(): Promise<HandledEvent[]> {
    const { rows } = await this.#client.query<HandledEvent>(
      `SELECT i.group_id AS "groupId", i.event_id::text AS "eventId" FROM waybill.inbox i
       WHERE NOT EXISTS (SELECT FROM waybill.outbox o WHERE o.event_id = i.event_id AND o.id <= $1)`,
      [this.#floor],
    );
    return rows;
  }

  async outcomes(orderIds: readonly string[]): Promise<OrderOutcome[]> {
    const { rows } = await this.#client.query<OrderOutcome>(
      `SELECT o.id AS "orderId", o.status::text, o.cancellation_reason::text AS "cancellationReason",
              p.status::text AS payment, r.status::text AS reservation, s.status::text AS shipment
       FROM orders o LEFT JOIN payments p ON p.order_id = o.id LEFT JOIN reservations r ON r.order_id = o.id
            LEFT JOIN shipments s ON s.order_id = o.id
       WHERE o.id = ANY($1::uuid[])`,
      [orderIds],
    );
    return rows;
  }

  /** Events of this run by type, and inbox rows of this run by group: cheap enough to poll. */
  async settlement(orderIds: readonly string[]): Promise<Settlement> {
    const events = await this.#counts(
      `SELECT s.type AS name, count(*)::int AS count
       FROM waybill.outbox o JOIN (SELECT DISTINCT id, type FROM waybill.schema) s ON s.id = o.schema_id
       WHERE o.id > $1 GROUP BY s.type`,
      this.#floor,
    );
    const handled = await this.#counts(
      `SELECT i.group_id AS name, count(*)::int AS count
       FROM waybill.inbox i JOIN waybill.outbox o ON o.event_id = i.event_id WHERE o.id > $1 GROUP BY i.group_id`,
      this.#floor,
    );
    const orders = await this.#counts(
      "SELECT status::text AS name, count(*)::int AS count FROM orders WHERE id = ANY($1::uuid[]) GROUP BY status",
      orderIds,
    );
    return { events, handled, orders };
  }

  async #counts(sql: string, parameter: unknown): Promise<Map<string, number>> {
    const { rows } = await this.#client.query<{ name: string; count: number }>(sql, [parameter]);
    return new Map(rows.map(({ name, count }) => [name, count]));
  }

  /** Counts that must be equal in pairs, whatever happened; see the statement's own words. */
  async ledgers(productIds: readonly string[], initialStock: number): Promise<Ledger[]> {
    const { rows } = await this.#client.query<Ledger>(LEDGERS, [productIds, initialStock]);
    return rows;
  }
}

/** How far the shop has got. */
export interface Settlement {
  /** Outbox events by type. */
  readonly events: ReadonlyMap<string, number>;
  /** Inbox rows by consumer group. */
  readonly handled: ReadonlyMap<string, number>;
  /** Orders by status. */
  readonly orders: ReadonlyMap<string, number>;
}

/** Two ways of counting one thing. */
export interface Ledger {
  readonly claim: string;
  readonly counted: string;
  readonly expected: string;
}

/**
 * An effect that happened twice, or without its inbox row, unbalances one of these. The synchronous comparison has no
 * events: its rows name the order instead, and are left out.
 */
const LEDGERS = `
SELECT 'e-mails sent = events that the group email handled' AS claim,
       (SELECT count(*) FROM emails WHERE event_id NOT IN (SELECT id FROM orders))::text AS counted,
       (SELECT count(*) FROM waybill.inbox WHERE group_id = 'email')::text AS expected
UNION ALL
SELECT 'events counted by analytics = events that the group analytics handled',
       (SELECT coalesce(sum(count), 0) FROM event_figures)::text,
       (SELECT count(*) FROM waybill.inbox WHERE group_id = 'analytics')::text
UNION ALL
SELECT 'times that points were given = events that the group loyalty handled',
       (SELECT count(*) FROM loyalty_entries WHERE event_id NOT IN (SELECT id FROM orders))::text,
       (SELECT count(*) FROM waybill.inbox WHERE group_id = 'loyalty')::text
UNION ALL
SELECT 'points on the accounts = points given',
       (SELECT coalesce(sum(loyalty_points), 0) FROM customers)::text,
       (SELECT coalesce(sum(points), 0) FROM loyalty_entries)::text
UNION ALL
SELECT 'pieces free + pieces held = pieces seeded',
       ((SELECT coalesce(sum(free), 0) FROM products WHERE id = ANY($1::uuid[]))
        + (SELECT coalesce(sum(i.quantity), 0) FROM reservation_items i JOIN reservations r ON r.id = i.reservation_id
           WHERE r.status = 'HELD' AND i.product_id = ANY($1::uuid[])))::text,
       $2::text`;
