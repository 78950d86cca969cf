import { messageOf } from "../errors.ts";
import type { EventSchema } from "../sql/event-schema.ts";

export interface SchemaRegistryOptions {
  /** The registry's base URL; credentials in it become basic authentication. */
  readonly url: string;
  /** Register what is missing instead of only looking it up. For development: `schemas push` does it in CI. */
  readonly autoRegister: boolean;
  readonly timeoutMs: number;
  /** Tests give their own. */
  readonly fetch?: typeof fetch;
}

/** `schema-missing`: in the database; the others are the registry's. */
export type RegistryProblemReason = "registry-unavailable" | "schema-missing" | "schema-unknown" | "schema-rejected";

/** Why a schema has no id (yet). */
export class RegistryProblem extends Error {
  override readonly name = "RegistryProblem";
  readonly reason: RegistryProblemReason;

  constructor(reason: RegistryProblemReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** Confluent's API: 40401 is an unknown subject, 40403 an unknown schema. */
const FIRST_UNKNOWN = 40_400;
const LAST_UNKNOWN = 40_499;
/** 409 is an incompatible schema, 422 an invalid one. */
const REJECTED: ReadonlySet<number> = new Set([409, 422]);

/** Of what the registry says, which may quote whole schemas. */
const MAX_SAID = 500;

/**
 * Looks schemas up in a registry with Confluent's API, by subject and exact text, under TopicRecordNameStrategy.
 * Plain HTTP: the npm client's `register()` writes a compatibility level into the subject's config.
 */
export class SchemaRegistry {
  readonly #base: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #options: SchemaRegistryOptions;

  constructor(options: SchemaRegistryOptions) {
    const url = new URL(options.url);
    const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    this.#headers = {
      accept: "application/vnd.schemaregistry.v1+json, application/json",
      "content-type": "application/vnd.schemaregistry.v1+json",
      ...(credentials === ":" ? {} : { authorization: `Basic ${Buffer.from(credentials).toString("base64")}` }),
    };
    url.username = "";
    url.password = "";
    this.#base = url.href.replace(/\/+$/, "");
    this.#options = options;
  }

  /** @throws RegistryProblem unless something that speaks the registry's API answers */
  async check(): Promise<void> {
    const { status, body } = await this.#request("GET", "/config");
    if (status === 200 && field(body, "compatibilityLevel") !== undefined) return;
    throw new RegistryProblem(
      "registry-unavailable",
      status === 401 || status === 403
        ? `${this.#base} refuses the relay's credentials (HTTP ${status})`
        : `${this.#base} does not answer as a schema registry does (GET /config: HTTP ${status})`,
    );
  }

  /** The registry's id of a schema on a topic. @throws RegistryProblem */
  async idOf(topic: string, schema: EventSchema): Promise<number> {
    const subject = `${topic}-${schema.recordName}`;
    const path = `/subjects/${encodeURIComponent(subject)}`;
    const body = JSON.stringify({ schema: schema.definition });
    const found = await this.#request("POST", path, body);
    if (found.status === 200) return idIn(found.body, subject);
    if (!isUnknown(found)) throw this.#problem(`looking up ${subject}`, found);
    if (!this.#options.autoRegister) {
      throw new RegistryProblem("schema-unknown", `the registry does not know this schema under ${subject}`);
    }
    const registered = await this.#request("POST", `${path}/versions`, body);
    if (registered.status === 200) return idIn(registered.body, subject);
    throw this.#problem(`registering ${subject}`, registered);
  }

  #problem(doing: string, { status, body }: RegistryResponse): RegistryProblem {
    const said = field(body, "message");
    const message = `${doing}: HTTP ${status}${typeof said === "string" ? `, ${said.slice(0, MAX_SAID)}` : ""}`;
    return new RegistryProblem(REJECTED.has(status) ? "schema-rejected" : "registry-unavailable", message);
  }

  async #request(method: string, path: string, body?: string): Promise<RegistryResponse> {
    const send = this.#options.fetch ?? fetch;
    try {
      const response = await send(`${this.#base}${path}`, {
        method,
        headers: this.#headers,
        signal: AbortSignal.timeout(this.#options.timeoutMs),
        ...(body === undefined ? {} : { body }),
      });
      return { status: response.status, body: parseJson(await response.text()) };
    } catch (error) {
      // fetch says "fetch failed", and why in its cause.
      const cause = typeof error === "object" && error !== null && "cause" in error ? error.cause : error;
      throw new RegistryProblem("registry-unavailable", `${this.#base} does not answer: ${messageOf(cause ?? error)}`, {
        cause: error,
      });
    }
  }
}

interface RegistryResponse {
  readonly status: number;
  readonly body: unknown;
}

/** A proxy says 404 as well, while it has no registry behind it: that is an outage, and no verdict on the schema. */
function isUnknown({ status, body }: RegistryResponse): boolean {
  const code = field(body, "error_code");
  return status === 404 && typeof code === "number" && code >= FIRST_UNKNOWN && code <= LAST_UNKNOWN;
}

/** A proxy's error page is not JSON, and its status says enough. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function field(body: unknown, name: string): unknown {
  return typeof body === "object" && body !== null ? Reflect.get(body, name) : undefined;
}

function idIn(body: unknown, subject: string): number {
  const id = field(body, "id");
  if (typeof id === "number" && Number.isInteger(id)) return id;
  throw new RegistryProblem("registry-unavailable", `the registry's answer for ${subject} holds no id`);
}
