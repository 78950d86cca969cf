import { describeEvent, decodeRecordHeaders, type Envelope, envelopeFromHeaders } from "@waybill/events";
import { createShopTables, createTestDatabase, createTestPrisma, type ShopClient } from "@waybill/harness";
import { migrate } from "@waybill/outbox";
import pg from "pg";

export interface OrderPlaced {
  readonly orderId: string;
  readonly totalCents: bigint;
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
}

/** Each file of tests gets its own schema text by the name of its record, hence its own row in waybill.schema. */
export function orderPlacedOf(recordName: string) {
  return describeEvent<"orders.order.placed", 1, OrderPlaced>({
    type: "orders.order.placed",
    version: 1,
    schema: JSON.stringify({
      type: "record",
      name: recordName,
      fields: [
        { name: "orderId", type: "string", "waybill.key": true },
        { name: "totalCents", type: "long" },
        {
          name: "lines",
          type: {
            type: "array",
            items: {
              type: "record",
              name: "Line",
              fields: [
                { name: "sku", type: "string" },
                { name: "quantity", type: "int" },
              ],
            },
          },
        },
      ],
    }),
  });
}

export const orderPlaced = orderPlacedOf("orders.order.OrderPlaced");

export function placed(orderId: string, totalCents = 1250n): OrderPlaced {
  return { orderId, totalCents, lines: [{ sku: "tea", quantity: 2 }] };
}

export interface StoredEvent {
  readonly id: bigint;
  readonly shard: number;
  readonly event_id: string;
  readonly topic: string;
  readonly key: string | null;
  readonly schema_id: bigint;
  readonly payload: Uint8Array;
  readonly headers: Uint8Array;
}

export interface OutboxDatabase {
  readonly url: string;
  readonly prisma: ShopClient;
  /** The rows in the order of publishing. */
  stored(): Promise<StoredEvent[]>;
  /** Empties the tables that tests write to. */
  clear(): Promise<void>;
  drop(): Promise<void>;
}

/** A database of its own with the shop's tables and the outbox. */
export async function createOutboxDatabase(): Promise<OutboxDatabase> {
  const database = await createTestDatabase();
  await createShopTables(database.url);
  await withClient(database.url, migrate);
  const prisma = createTestPrisma(database.url);
  return {
    url: database.url,
    prisma,
    stored: () => prisma.$queryRaw<StoredEvent[]>`
      SELECT id, shard, event_id::text, topic, key, schema_id, payload, headers FROM waybill.outbox ORDER BY id`,
    clear: async () => {
      await prisma.$executeRaw`TRUNCATE waybill.outbox, waybill.schema, orders, order_items`;
    },
    drop: async () => {
      await prisma.$disconnect();
      await database.drop();
    },
  };
}

export async function withClient<Result>(url: string, use: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

/** The headers as a consumer reads them from a Kafka record. */
export function headersOf(row: Pick<StoredEvent, "headers">): Map<string, string> {
  return new Map(decodeRecordHeaders(row.headers).map(([name, value]) => [name, new TextDecoder().decode(value)]));
}

export function envelopeOf(row: Pick<StoredEvent, "headers">): Envelope {
  const headers = headersOf(row);
  return envelopeFromHeaders((name) => headers.get(name));
}
