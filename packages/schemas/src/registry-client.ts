import { networkReasonOf } from "./error-reason.ts";
import { SchemasError } from "./errors.ts";

/** A schema as a registry holds it. */
export interface RegisteredSchema {
  readonly id: number;
  readonly schema: string;
}

/** The part of the Confluent Schema Registry's REST API that `schemas push` and `schemas check` need. */
export interface RegistryClient {
  /** Address without credentials, for messages. */
  readonly url: string;
  /** Every subject. */
  subjects(): Promise<readonly string[]>;
  /** One version of a subject, by the registry's own number. */
  version(subject: string, version: number): Promise<SubjectVersion>;
  /** The versions of a subject; empty when the registry does not know it. */
  versions(subject: string): Promise<readonly number[]>;
  /** The registry's entry for this very schema under the subject, or null. */
  find(subject: string, schema: string): Promise<RegisteredSchema | null>;
  /** What the registry has against the schema by the subject's own mode; empty when it would take it. */
  incompatibilities(subject: string, schema: string): Promise<readonly string[]>;
  /** The mode set for the subject itself, or null when it follows the registry's global mode. */
  mode(subject: string): Promise<string | null>;
  setMode(subject: string, mode: string): Promise<void>;
  /** Registers and returns the id. Registering twice gives the same id. */
  register(subject: string, schema: string): Promise<number>;
  /** The schema text behind an id. */
  byId(id: number): Promise<string>;
}

/** The part of the same API that `schemas pull` reads. */
export interface RegistrySource extends Pick<RegistryClient, "url" | "subjects" | "versions" | "version" | "mode"> {
  /** The mode of subjects without one of their own. */
  globalMode(): Promise<string>;
}

/** A version of a subject. */
export interface SubjectVersion {
  readonly schema: string;
  /** `AVRO`, `JSON` or `PROTOBUF`; registries leave the first out. */
  readonly schemaType: string;
  /** Whether it uses types of other subjects. */
  readonly hasReferences: boolean;
}

/** Where and how to reach a registry. */
export interface RegistryClientOptions {
  /** http or https, a path prefix kept; user and password in it become basic authentication. */
  readonly url: string;
  /** Time limit of one request in milliseconds, 10,000 by default. */
  readonly timeoutMs?: number;
}

/** `error_code` of a 404 that means "no such thing" and not "no such path". */
const notFoundCodes = { subject: 40401, schema: 40403, subjectMode: 40408 } as const;

/** What stands for the code of an answer that has none. */
const noSuchPath = 0;

/** @throws SchemasError `usage` when the URL is none of http or https. Every method throws the `registry-…` codes. */
export function createRegistryClient(options: RegistryClientOptions): RegistryClient & RegistrySource {
  const request = createRequest(options);
  const subjectPath = (subject: string) => `/subjects/${encodeURIComponent(subject)}`;
  const modePath = (subject: string) => `/config/${encodeURIComponent(subject)}`;
  return {
    url: request.url,
    async subjects() {
      const answer = await request.json("GET", "/subjects");
      if (!Array.isArray(answer)) throw request.strange("GET", "/subjects");
      return answer.filter((subject) => typeof subject === "string");
    },
    async versions(subject) {
      const answer = await request.orNull("GET", `${subjectPath(subject)}/versions`, [notFoundCodes.subject]);
      if (answer === null) return [];
      if (!Array.isArray(answer)) throw request.strange("GET", `${subjectPath(subject)}/versions`);
      return answer.filter((version) => typeof version === "number");
    },
    async find(subject, schema) {
      const answer = await request.orNull("POST", subjectPath(subject), [notFoundCodes.subject, notFoundCodes.schema], {
        schema,
      });
      if (answer === null) return null;
      const { id, schema: text } = asRecord(answer);
      if (typeof id !== "number" || typeof text !== "string") throw request.strange("POST", subjectPath(subject));
      return { id, schema: text };
    },
    async incompatibilities(subject, schema) {
      const versions = `/compatibility${subjectPath(subject)}/versions`;
      // Karapace has no such path; there the newest version stands for all of them where the mode is transitive.
      const all = await request.orNull("POST", `${versions}?verbose=true`, [noSuchPath], { schema });
      const path = `${versions}/latest?verbose=true`;
      const answer = asRecord(all ?? (await request.json("POST", path, { schema })));
      const isCompatible = answer["is_compatible"];
      if (typeof isCompatible !== "boolean") throw request.strange("POST", path);
      return isCompatible ? [] : reasonsIn(answer);
    },
    async mode(subject) {
      const answer = await request.orNull("GET", modePath(subject), [notFoundCodes.subject, notFoundCodes.subjectMode]);
      if (answer === null) return null;
      const { compatibilityLevel } = asRecord(answer);
      if (typeof compatibilityLevel !== "string") throw request.strange("GET", modePath(subject));
      return compatibilityLevel;
    },
    async setMode(subject, mode) {
      await request.json("PUT", modePath(subject), { compatibility: mode });
    },
    async register(subject, schema) {
      const path = `${subjectPath(subject)}/versions`;
      const { id } = asRecord(await request.json("POST", path, { schema }));
      if (typeof id !== "number") throw request.strange("POST", path);
      return id;
    },
    async byId(id) {
      const { schema } = asRecord(await request.json("GET", `/schemas/ids/${id}`));
      if (typeof schema !== "string") throw request.strange("GET", `/schemas/ids/${id}`);
      return schema;
    },
    async globalMode() {
      const { compatibilityLevel } = asRecord(await request.json("GET", "/config"));
      if (typeof compatibilityLevel !== "string") throw request.strange("GET", "/config");
      return compatibilityLevel;
    },
    async version(subject, version) {
      const path = `${subjectPath(subject)}/versions/${version}`;
      const { schema, schemaType, references } = asRecord(await request.json("GET", path));
      if (typeof schema !== "string") throw request.strange("GET", path);
      const hasReferences = Array.isArray(references) && references.length > 0;
      return { schema, schemaType: typeof schemaType === "string" ? schemaType : "AVRO", hasReferences };
    },
  };
}

/** Confluent's registry gives `messages`, Apicurio's one `reason`. */
function reasonsIn({ messages, reason }: Readonly<Record<string, unknown>>): readonly string[] {
  const reasons = [...(Array.isArray(messages) ? messages : []), reason].filter((text) => typeof text === "string");
  return reasons.length === 0 ? ["the registry names no reason"] : reasons;
}

type Method = "GET" | "POST" | "PUT";

interface Answer {
  readonly status: number;
  /** The parsed body; undefined when it is not JSON. */
  readonly body: unknown;
}

function createRequest(options: RegistryClientOptions) {
  const { url, authorization } = parseRegistryUrl(options.url);
  const timeoutMs = options.timeoutMs ?? 10_000;
  const headers = {
    accept: "application/vnd.schemaregistry.v1+json, application/json",
    "content-type": "application/vnd.schemaregistry.v1+json",
    ...(authorization === null ? {} : { authorization }),
  };

  async function send(method: Method, path: string, body?: unknown): Promise<Answer> {
    try {
      const response = await fetch(`${url}${path}`, {
        method,
        headers,
        // A redirect would carry the credentials to a place that nobody named.
        redirect: "manual",
        signal: AbortSignal.timeout(timeoutMs),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: parseBody(await response.text()) };
    } catch (error) {
      throw unreachable(url, error, timeoutMs);
    }
  }

  async function json(method: Method, path: string, body?: unknown): Promise<unknown> {
    const answer = await send(method, path, body);
    if (answer.status === 200 && answer.body !== undefined) return answer.body;
    throw refusal(url, method, path, answer);
  }

  /** Null when the registry answers 404 with one of the codes: it is a registry, and has no such thing or no such path. */
  async function orNull(method: Method, path: string, codes: readonly number[], body?: unknown): Promise<unknown> {
    const answer = await send(method, path, body);
    if (answer.status === 404 && codes.includes(errorCodeOf(answer.body))) return null;
    if (answer.status === 200 && answer.body !== undefined) return answer.body;
    throw refusal(url, method, path, answer);
  }

  return { url, json, orNull, strange: (method: Method, path: string) => notARegistry(url, `${method} ${path}`) };
}

/** Splits credentials from the address, so that no message can show them. */
function parseRegistryUrl(text: string): { readonly url: string; readonly authorization: string | null } {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
    // Not quoted: a mistyped URL may hold a password.
    throw new SchemasError(
      "usage",
      "The registry URL is not an http or https address. Give it like http://localhost:8081, credentials as https://user:password@host.",
    );
  }
  const hasCredentials = url.username !== "" || url.password !== "";
  const credentials = `${decodeCredential(url.username)}:${decodeCredential(url.password)}`;
  return {
    url: `${url.origin}${url.pathname.replace(/\/+$/, "")}`,
    authorization: hasCredentials ? `Basic ${Buffer.from(credentials).toString("base64")}` : null,
  };
}

function decodeCredential(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw new SchemasError(
      "usage",
      "The user or password in the registry URL holds a % that encodes nothing. Write % itself as %25.",
      { cause: error },
    );
  }
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // an HTML page, say: whoever needs the body reports it with the status
  }
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function errorCodeOf(body: unknown): number {
  const code = asRecord(body)["error_code"];
  return typeof code === "number" ? code : noSuchPath;
}

function unreachable(url: string, error: unknown, timeoutMs: number): SchemasError {
  const reason = networkReasonOf(error, timeoutMs);
  return new SchemasError(
    "registry-unreachable",
    `The registry at ${url} could not be reached: ${reason}. Check the address and that the registry is running.`,
    { cause: error },
  );
}

function refusal(url: string, method: Method, path: string, answer: Answer): SchemasError {
  const { status, body } = answer;
  const what = `${method} ${path}`;
  if (status === 401 || status === 403) {
    return new SchemasError(
      "registry-refused",
      `The registry at ${url} refused ${what} with HTTP ${status}. Give credentials that may do this, as https://user:password@host.`,
    );
  }
  const { message } = asRecord(body);
  if (status === 409) {
    return new SchemasError(
      "registry-incompatible",
      `The registry at ${url} refused ${what} as incompatible: ${typeof message === "string" ? message : "no reason given"}. Compare the compatibility mode of the subject with the config's.`,
    );
  }
  // A registry's own codes have five digits; 404 itself says that the path does not exist.
  if ([noSuchPath, 404].includes(errorCodeOf(body)) || typeof message !== "string")
    return notARegistry(url, what, status);
  return new SchemasError("registry-refused", `The registry at ${url} refused ${what}: ${message} (HTTP ${status}).`);
}

function notARegistry(url: string, what: string, status?: number): SchemasError {
  const how = status === undefined || status === 200 ? "in a form of its own" : `with HTTP ${status}`;
  return new SchemasError(
    "registry-not-a-registry",
    `${url} answered ${what} ${how}, not as a schema registry does. Check the address: some registries serve their Confluent-compatible API under a path, such as /apis/ccompat/v7.`,
  );
}
