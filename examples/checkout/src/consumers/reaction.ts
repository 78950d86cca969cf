import type { Consumer, TransactionOf } from "@waybill/consumer";
import type { Database } from "../database.ts";
import type { Providers } from "../providers/providers.ts";

/** A consumer whose handlers get a transaction of the shop's database. */
export type ShopConsumer = Consumer<TransactionOf<Database>>;

/** One consumer group: what it reacts to, and how. */
export interface Reaction {
  /** The consumer group, which is also the inbox's. */
  readonly groupId: string;
  /** Adds the group's handlers. */
  readonly subscribe: (consumer: ShopConsumer, providers: Providers) => void;
}
