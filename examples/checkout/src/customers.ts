import { userRegistered } from "@shop-events/users/user.registered";
import { publish } from "@waybill/outbox";
import { randomUUID } from "node:crypto";
import type { Database } from "./database.ts";

/** The body of POST /customers. */
export interface CustomerRequest {
  readonly email: string;
  readonly name?: string;
  /** BCP 47 language tag. Default en. */
  readonly locale?: string;
}

/** JSON Schema of {@link CustomerRequest}. */
export const customerRequestSchema = {
  type: "object",
  required: ["email"],
  additionalProperties: false,
  properties: {
    email: { type: "string", format: "email", maxLength: 254 },
    name: { type: "string", minLength: 1, maxLength: 200 },
    locale: { type: "string", pattern: "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$" },
  },
} as const;

/** Opens an account and publishes users.user.registered with it. Returns the customer's id. */
export async function registerCustomer(database: Database, request: CustomerRequest): Promise<string> {
  const { email, name = null, locale = "en" } = request;
  const id = randomUUID();
  const registeredAt = new Date();
  await database.$transaction(async (tx) => {
    await tx.customer.create({ data: { id, email, name, locale, registeredAt } });
    await publish(tx, userRegistered, { userId: id, email, name, locale, registeredAt });
  });
  return id;
}
