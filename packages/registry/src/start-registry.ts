import type { CompatibilityMode } from "@waybill/avro";
import { RegistryError } from "./errors.ts";
import { registryRoutes } from "./http/routes.ts";
import { createServer } from "./http/server.ts";
import { Catalog } from "./service/catalog.ts";
import { Deletion } from "./service/deletion.ts";
import { Policies } from "./service/policies.ts";
import { Registration } from "./service/registration.ts";
import { SchemaReader } from "./service/schema-reader.ts";
import { createMemoryStore } from "./store/memory-store.ts";
import { createPostgresStore } from "./store/postgres-store.ts";
import type { RegistryStore } from "./store/registry-store.ts";

export interface RegistryOptions {
  /** The TCP port; 0 takes a free one. Default: 0. */
  readonly port?: number;
  /** The address to listen on. Default: 127.0.0.1, as the registry asks nobody who they are. */
  readonly host?: string;
  /** Where schemas are kept. Default: memory, which a restart empties. */
  readonly store?: { readonly kind: "memory" } | { readonly kind: "postgres"; readonly url: string };
  /** What goes for subjects without a level of their own until a global one is set. Default: BACKWARD, as Confluent's. */
  readonly compatibility?: CompatibilityMode;
}

export interface RunningRegistry {
  /** Where it listens, such as `http://127.0.0.1:8081`. */
  readonly url: string;
  /** Finishes the requests at hand and closes. May be called again. */
  stop(): Promise<void>;
}

/**
 * Starts a schema registry.
 *
 * @throws RegistryError `CANNOT_START` when the database or the address cannot be used
 */
export async function startRegistry(options: RegistryOptions = {}): Promise<RunningRegistry> {
  const { port = 0, host = "127.0.0.1", store: kept = { kind: "memory" }, compatibility = "BACKWARD" } = options;
  const store = kept.kind === "memory" ? createMemoryStore() : await createPostgresStore(kept.url);
  const server = createServer(registryRoutes(servicesOn(store, compatibility)));
  try {
    const url = await server.listen({ port, host });
    let stopped: Promise<void> | null = null;
    return { url, stop: () => (stopped ??= server.close().then(() => store.close())) };
  } catch (error) {
    await store.close();
    const reason = error instanceof Error ? error.message : String(error);
    throw new RegistryError("CANNOT_START", `the registry cannot listen on ${host}:${port}: ${reason}`, {
      cause: error,
    });
  }
}

function servicesOn(store: RegistryStore, compatibility: CompatibilityMode) {
  const policies = new Policies(store, compatibility);
  return {
    policies,
    catalog: new Catalog(store),
    registration: new Registration(store, new SchemaReader(), policies),
    deletion: new Deletion(store, policies),
  };
}
