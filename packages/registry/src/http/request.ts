import { RegistryError } from "../errors.ts";
import type { DeletedFilter } from "../service/catalog.ts";
import type { SchemaInput } from "../service/schema-reader.ts";
import type { SchemaReference } from "../store/registry-store.ts";

/** What a route sees of a request. */
export interface RegistryRequest {
  readonly params: Readonly<Record<string, string>>;
  /** Of a repeated parameter the last value counts. */
  readonly query: URLSearchParams;
  readonly body: unknown;
}

type JsonRecord = Readonly<Record<string, unknown>>;

/** A path parameter that the route's pattern has. */
export function param(request: RegistryRequest, name: string): string {
  const value = request.params[name];
  if (value === undefined || value === "") {
    throw new RegistryError("UNPROCESSABLE", `the path names no ${name}`);
  }
  return value;
}

/** Whether a query parameter says true; absent is false. */
export function flag(request: RegistryRequest, name: string): boolean {
  return request.query.get(name)?.toLowerCase() === "true";
}

/** What `deleted` and `deletedOnly` ask for. */
export function deletedFilter(request: RegistryRequest): DeletedFilter {
  if (flag(request, "deletedOnly")) return "only";
  return flag(request, "deleted") ? "also" : "none";
}

/** The id in a path. @throws RegistryError `SCHEMA_NOT_FOUND` when it is none */
export function idParam(request: RegistryRequest): number {
  const text = param(request, "id");
  const id = /^[0-9]{1,10}$/.test(text) ? Number(text) : 0;
  if (id >= 1 && id < 2 ** 31) return id;
  throw new RegistryError("SCHEMA_NOT_FOUND", `Schema ${text} not found`);
}

/** The text of a member of the body. @throws RegistryError of a code when it is missing or no string */
export function bodyText(
  request: RegistryRequest,
  name: string,
  code: "INVALID_COMPATIBILITY" | "INVALID_MODE",
): string {
  const value = bodyRecord(request)[name];
  if (typeof value === "string") return value;
  throw new RegistryError(code, `the request must hold "${name}" as a string`);
}

/** The schema in the body. @throws RegistryError `INVALID_SCHEMA`, `UNPROCESSABLE` */
export function schemaInput(request: RegistryRequest): SchemaInput {
  const body = bodyRecord(request);
  const type = body["schemaType"] ?? "AVRO";
  if (type !== "AVRO") {
    const given = typeof type === "string" ? type : "that";
    throw new RegistryError("INVALID_SCHEMA", `Invalid schema type ${given}: this registry holds AVRO schemas only`);
  }
  const schema = body["schema"];
  if (typeof schema !== "string") {
    throw new RegistryError(
      "INVALID_SCHEMA",
      'Invalid schema: the request must hold "schema", the schema\'s JSON in a string',
    );
  }
  return {
    schema,
    references: referencesOf(body["references"]),
    metadata: recordOrNull(body["metadata"], "metadata"),
    ruleSet: recordOrNull(body["ruleSet"], "ruleSet"),
  };
}

function bodyRecord(request: RegistryRequest): JsonRecord {
  const record = recordOrNull(request.body, "the body");
  if (record === null) throw new RegistryError("UNPROCESSABLE", "the request needs a JSON object as its body");
  return record;
}

function referencesOf(value: unknown): readonly SchemaReference[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new RegistryError("UNPROCESSABLE", '"references" must be an array');
  return value.map((element: unknown) => {
    const { name, subject, version } = recordOrNull(element, "a reference") ?? {};
    if (
      typeof name === "string" &&
      typeof subject === "string" &&
      typeof version === "number" &&
      Number.isInteger(version)
    ) {
      return { name, subject, version };
    }
    throw new RegistryError("UNPROCESSABLE", "a reference needs a name, a subject and a version");
  });
}

function recordOrNull(value: unknown, what: string): JsonRecord | null {
  if (value === undefined || value === null) return null;
  if (isRecord(value)) return value;
  throw new RegistryError("UNPROCESSABLE", `${what} must be a JSON object`);
}

function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
