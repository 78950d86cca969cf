export { SandboxError, type SandboxErrorCode } from "./errors.ts";
export { type PostgresOptions, type RunningPostgres, startPostgres } from "./postgres.ts";
