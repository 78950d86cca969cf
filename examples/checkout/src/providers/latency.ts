/** How long the simulated providers take to answer, in milliseconds. */
export interface ProviderLatencies {
  readonly paymentMs: number;
  readonly carrierMs: number;
  readonly emailMs: number;
}

/** Modest figures: hosted payment, carrier and e-mail APIs commonly take longer. */
export const DEFAULT_LATENCIES: ProviderLatencies = { paymentMs: 25, carrierMs: 60, emailMs: 40 };
