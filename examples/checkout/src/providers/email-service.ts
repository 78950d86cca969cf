import { setTimeout as delay } from "node:timers/promises";

/** The shop's messages, by name. */
export type EmailTemplate = "welcome" | "order-received" | "order-confirmed" | "order-cancelled" | "order-shipped";

export interface EmailService {
  /** Hands a message over for delivery. The same idempotency key again sends nothing more. */
  send(message: {
    readonly idempotencyKey: string;
    readonly customerId: string;
    readonly template: EmailTemplate;
  }): Promise<void>;
}

/** An e-mail service in this process, which takes `latencyMs` for each message and delivers none. */
export function simulateEmailService(latencyMs: number): EmailService {
  return {
    async send() {
      await delay(latencyMs);
    },
  };
}
