/** What Jest's global setup started, for its teardown: both run in the same process. */
export const services: { stop(): Promise<void> }[] = [];
