export { RegistryError, type RegistryErrorCode } from "./errors.ts";
export { type RegistryOptions, type RunningRegistry, startRegistry } from "./start-registry.ts";
