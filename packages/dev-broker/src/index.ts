export { type RunningDevBroker, startDevBroker } from "./dev-broker.ts";
export { DevBrokerError, type DevBrokerErrorCode } from "./errors.ts";
export type { DevBrokerOptions } from "./options.ts";
