import { type Carrier, simulateCarrier } from "./carrier.ts";
import { type EmailService, simulateEmailService } from "./email-service.ts";
import type { ProviderLatencies } from "./latency.ts";
import { type PaymentGateway, simulatePaymentGateway } from "./payment-gateway.ts";

/** Everyone outside the shop whom it calls over the network. */
export interface Providers {
  readonly payments: PaymentGateway;
  readonly carrier: Carrier;
  readonly emails: EmailService;
}

export function simulateProviders(latencies: ProviderLatencies): Providers {
  return {
    payments: simulatePaymentGateway(latencies.paymentMs),
    carrier: simulateCarrier(latencies.carrierMs),
    emails: simulateEmailService(latencies.emailMs),
  };
}
