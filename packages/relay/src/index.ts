export { RelayError, type RelayErrorCode } from "./errors.ts";
export { type RelayEnvironment, type RunningRelay, startRelay } from "./relay.ts";
export type { RelayOptions, RelaySettings } from "./settings/settings.ts";
