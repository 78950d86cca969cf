export { SandboxError, type SandboxErrorCode } from "./errors.ts";
export { type ExternalServices, externalServicesFrom } from "./external-services.ts";
export { type PostgresOptions, type RunningPostgres, startPostgres } from "./postgres.ts";
export {
  type Sandbox,
  type SandboxOptions,
  type SandboxService,
  type ServiceReady,
  startSandbox,
} from "./sandbox.ts";
export type { SandboxRelay } from "./sandbox-relay.ts";
