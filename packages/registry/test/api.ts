/** A client of the registry's API that shows status and body, errors included. */
export function createApi(url: string) {
  const call = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { "content-type": "application/vnd.schemaregistry.v1+json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const parsed: unknown = JSON.parse(text);
    return { status: response.status, type: response.headers.get("content-type"), body: parsed };
  };
  return {
    get: async (path: string) => call("GET", path),
    post: async (path: string, body: unknown) => call("POST", path, body),
    put: async (path: string, body: unknown) => call("PUT", path, body),
    delete: async (path: string) => call("DELETE", path),
    /** Registers a schema given as JSON. */
    register: async (subject: string, schema: unknown, more: object = {}) =>
      call("POST", `/subjects/${encodeURIComponent(subject)}/versions`, { schema: JSON.stringify(schema), ...more }),
  };
}

export interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly body: unknown;
}

/** The id in an answer. */
export function idIn({ body }: Answer): number {
  if (typeof body === "object" && body !== null && "id" in body && typeof body.id === "number") return body.id;
  throw new Error(`no id in ${JSON.stringify(body)}`);
}

/** Status and `error_code`. */
export function errorIn({ status, body }: Answer): readonly [number, unknown] {
  return [status, typeof body === "object" && body !== null && "error_code" in body ? body.error_code : null];
}
