import { orderCancelled } from "@shop-events/orders/order.cancelled";
import { orderConfirmed } from "@shop-events/orders/order.confirmed";
import { orderPlaced } from "@shop-events/orders/order.placed";
import { orderShipped } from "@shop-events/orders/order.shipped";
import { userRegistered } from "@shop-events/users/user.registered";
import type { Transaction } from "../database.ts";
import { orderPlacedUpcasters } from "../orders/order-placed-upcasters.ts";
import type { EmailService, EmailTemplate } from "../providers/email-service.ts";
import type { Reaction } from "./reaction.ts";

/** Tells customers how their orders fare. */
export const email: Reaction = {
  groupId: "email",
  subscribe(consumer, { emails }) {
    consumer
      .on(userRegistered, ({ id, data }, { tx }) => send(tx, emails, id, data.userId, "welcome"))
      .on(orderPlaced, { upcast: orderPlacedUpcasters }, ({ id, data }, { tx }) =>
        send(tx, emails, id, data.customerId, "order-received"),
      )
      .on(orderConfirmed, ({ id, data }, { tx }) => send(tx, emails, id, data.customerId, "order-confirmed"))
      .on(orderCancelled, ({ id, data }, { tx }) => send(tx, emails, id, data.customerId, "order-cancelled"))
      .on(orderShipped, ({ id, data }, { tx }) => send(tx, emails, id, data.customerId, "order-shipped"));
  },
};

/**
 * The e-mail service is outside the transaction, so after a crash it may be asked twice: the event's id is its
 * idempotency key.
 */
async function send(
  tx: Transaction,
  emails: EmailService,
  eventId: string,
  customerId: string,
  template: EmailTemplate,
): Promise<void> {
  await emails.send({ idempotencyKey: eventId, customerId, template });
  await tx.email.create({ data: { eventId, customerId, template } });
}
