import { DecodeError, recordNameOf } from "@waybill/events";
import { BoundedCache } from "./bounded-cache.ts";
import { isErrorLike } from "./error-like.ts";
import { ConsumerError } from "./errors.ts";
import { summarizeError } from "./error-summary.ts";

/** The schema that a record was written with. */
export interface WriterSchema {
  readonly registryId: number;
  readonly text: string;
  readonly recordName: string;
}

export interface SchemaRegistrySettings {
  /** Base URL; a user and password in it are sent as basic authentication and never shown. */
  readonly url: string;
  readonly timeoutMs: number;
  /** Ends every request, for a consumer that stops. */
  readonly signal: AbortSignal;
}

/** Schemas kept. An id never changes its schema, so there is nothing to refresh. */
const MAX_CACHED_SCHEMAS = 1_000;

/** The registry's code for an id that it does not have. Source: Confluent's "Schema Registry API reference". */
const SCHEMA_NOT_FOUND = 40403;

/** Reads writer schemas from a Confluent-compatible registry: one request per id, however many ask at once. */
export class SchemaRegistry {
  /** The URL without credentials, for messages. */
  readonly address: string;
  readonly #baseUrl: URL;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #timeoutMs: number;
  readonly #signal: AbortSignal;
  readonly #schemas = new BoundedCache<number, WriterSchema>(MAX_CACHED_SCHEMAS);
  readonly #inFlight = new Map<number, Promise<WriterSchema>>();

  /** @throws ConsumerError SETTINGS_INVALID when the URL is none */
  constructor(settings: SchemaRegistrySettings) {
    const { url, headers } = parseRegistryUrl(settings.url);
    this.#baseUrl = url;
    this.address = url.href;
    this.#headers = headers;
    this.#timeoutMs = settings.timeoutMs;
    this.#signal = settings.signal;
  }

  /**
   * @throws DecodeError when the registry says that it has no such schema, or has one that is not Avro
   * @throws ConsumerError REGISTRY_UNREACHABLE when it gives no such answer: worth asking again
   */
  async schemaById(registryId: number): Promise<WriterSchema> {
    const cached = this.#schemas.get(registryId);
    if (cached !== undefined) return cached;
    const inFlight = this.#inFlight.get(registryId);
    if (inFlight !== undefined) return inFlight;
    const lookup = this.#lookUp(registryId).finally(() => this.#inFlight.delete(registryId));
    this.#inFlight.set(registryId, lookup);
    return lookup;
  }

  /** Asks for any schema: whatever a registry answers, it answers as a registry. @throws as `schemaById` */
  async check(): Promise<void> {
    await this.#get(1);
  }

  async #lookUp(registryId: number): Promise<WriterSchema> {
    const body = await this.#get(registryId);
    if (body === null) {
      throw new DecodeError(`the registry at ${this.address} has no schema ${registryId}`);
    }
    const { schema: text, schemaType = "AVRO" } = body;
    if (schemaType !== "AVRO") {
      throw new DecodeError(`schema ${registryId} of the registry is ${String(schemaType)}, not Avro`);
    }
    if (typeof text !== "string") throw this.#unreachable(registryId, "the answer has no schema text");
    const schema: WriterSchema = { registryId, text, recordName: recordNameOf(text) };
    this.#schemas.set(registryId, schema);
    return schema;
  }

  /** The answer's body; null when the registry does not have the schema. */
  async #get(registryId: number): Promise<Readonly<Record<string, unknown>> | null> {
    const url = new URL(`schemas/ids/${registryId}`, this.#baseUrl);
    let response: Response;
    let body: unknown;
    try {
      const signal = AbortSignal.any([this.#signal, AbortSignal.timeout(this.#timeoutMs)]);
      response = await fetch(url, { headers: this.#headers, signal });
      body = await response.json();
    } catch (error) {
      throw this.#unreachable(registryId, describeFetchError(error, this.#timeoutMs), error);
    }
    const fields = typeof body === "object" && body !== null ? (body as Readonly<Record<string, unknown>>) : {};
    if (response.ok) return fields;
    // A plain 404 is a wrong URL or a proxy in between; only this code says that the schema does not exist.
    if (response.status === 404 && fields["error_code"] === SCHEMA_NOT_FOUND) return null;
    throw this.#unreachable(registryId, `HTTP ${response.status}`);
  }

  #unreachable(registryId: number, why: string, cause?: unknown): ConsumerError {
    return new ConsumerError(
      "REGISTRY_UNREACHABLE",
      `The schema registry at ${this.address} did not answer for schema ${registryId}: ${why}. ` +
        "Check registryUrl, its credentials, and that the registry is up.",
      { cause },
    );
  }
}

function parseRegistryUrl(text: string): { url: URL; headers: Readonly<Record<string, string>> } {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new ConsumerError("SETTINGS_INVALID", "registryUrl is not an http:// or https:// URL.");
  }
  const url = new URL(text);
  const { username, password } = url;
  url.username = "";
  url.password = "";
  url.search = "";
  url.hash = "";
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  const accept = "application/vnd.schemaregistry.v1+json, application/json";
  if (username === "" && password === "") return { url, headers: { accept } };
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { url, headers: { accept, authorization: `Basic ${Buffer.from(credentials).toString("base64")}` } };
}

/** `fetch` says only "fetch failed"; its cause knows why. */
function describeFetchError(error: unknown, timeoutMs: number): string {
  if (!isErrorLike(error)) return summarizeError(error).message;
  if (error.name === "TimeoutError") return `nothing within ${timeoutMs} ms`;
  if (error.name === "SyntaxError") return "the answer is not JSON";
  if (isErrorLike(error.cause)) {
    const { code, message } = summarizeError(error.cause);
    return message === "" ? (code ?? "no connection") : message;
  }
  return summarizeError(error).message;
}
