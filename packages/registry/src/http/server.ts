import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { RegistryError, type RegistryErrorCode } from "../errors.ts";
import type { RegistryRequest } from "./request.ts";
import type { Route } from "./routes.ts";

const CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";
const JSON_TYPES: ReadonlySet<string> = new Set([
  CONTENT_TYPE,
  "application/vnd.schemaregistry+json",
  "application/json",
  "application/octet-stream",
]);

/** A schema of 10 MB still fits with its quotes escaped. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** Kafka's topic names have up to 249 characters; record names and suffixes come on top, percent-encoded. */
const MAX_SUBJECT_LENGTH = 4096;

/** Puts routes behind HTTP, with Confluent's content type and errors. */
export function createServer(routes: readonly Route[]): FastifyInstance {
  const app = Fastify({
    bodyLimit: MAX_BODY_BYTES,
    forceCloseConnections: "idle", // so that closing waits for requests, not for keep-alive connections
    routerOptions: { maxParamLength: MAX_SUBJECT_LENGTH, ignoreTrailingSlash: true },
  });
  acceptJson(app);
  for (const { method, path, handle } of routes) {
    app.route({
      method,
      url: path,
      handler: async (request, reply) => answer(reply, await handle(requestOf(request))),
    });
  }
  app.setNotFoundHandler(async (request, reply) => {
    const error = new RegistryError("NOT_FOUND", `HTTP 404 Not Found: ${request.method} ${pathOf(request)}`);
    return refuse(reply, error);
  });
  app.setErrorHandler(async (error, _request, reply) => refuse(reply, registryErrorOf(error)));
  return app;
}

/** Clients send JSON under several names, and some name no type at all. */
function acceptJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "string" }, async (request: FastifyRequest, body: string | Buffer) => {
    const text = body.toString();
    if (text === "") return undefined; // as some clients send with a DELETE
    const type = (request.headers["content-type"] ?? CONTENT_TYPE).replace(/;.*$/s, "").trim().toLowerCase();
    if (!JSON_TYPES.has(type)) {
      const message = `HTTP 415 Unsupported Media Type: send JSON as ${CONTENT_TYPE}, not ${type}`;
      throw new RegistryError("UNSUPPORTED_MEDIA_TYPE", message);
    }
    return parseBody(text);
  });
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RegistryError("BAD_REQUEST", "the body is no valid JSON", { cause: error });
  }
}

function requestOf(request: FastifyRequest): RegistryRequest {
  const params: Record<string, string> = {};
  if (typeof request.params === "object" && request.params !== null) {
    for (const [name, value] of Object.entries(request.params)) params[name] = String(value);
  }
  const mark = request.url.indexOf("?");
  const query = new URLSearchParams(mark < 0 ? "" : request.url.slice(mark + 1));
  return { params, query, body: request.body };
}

function pathOf(request: FastifyRequest): string {
  return request.url.replace(/\?.*$/s, "");
}

function answer(reply: FastifyReply, result: unknown): FastifyReply {
  return reply.type(CONTENT_TYPE).send(typeof result === "string" ? result : JSON.stringify(result));
}

function refuse(reply: FastifyReply, error: RegistryError): FastifyReply {
  return answer(reply.code(error.status), { error_code: error.number, message: error.message });
}

/** Errors of Fastify's own carry an HTTP status; whatever else gets here is a fault of this program. */
function registryErrorOf(error: unknown): RegistryError {
  if (RegistryError.is(error)) return error;
  const status = typeof error === "object" && error !== null && "statusCode" in error ? error.statusCode : 500;
  const code = CODE_OF_STATUS.get(Number(status)) ?? "INTERNAL_ERROR";
  const message = code === "INTERNAL_ERROR" || !(error instanceof Error) ? "Internal Server Error" : error.message;
  return new RegistryError(code, message, { cause: error });
}

const CODE_OF_STATUS: ReadonlyMap<number, RegistryErrorCode> = new Map([
  [400, "BAD_REQUEST"],
  [413, "REQUEST_TOO_LARGE"],
  [415, "UNSUPPORTED_MEDIA_TYPE"],
]);
