import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

/** A schema registry that a test can break: the part of the API that a consumer reads. */
export interface StubRegistry {
  readonly url: string;
  /** Requests answered or refused so far. */
  readonly requests: readonly string[];
  /** The id of a schema text, new or not. */
  register(schema: string, fields?: object): number;
  /** How requests fail from now on; null ends the outage. */
  fail(how: "reset" | "hang" | "500" | "404 page" | null): void;
  stop(): Promise<void>;
}

export async function startStubRegistry(): Promise<StubRegistry> {
  const schemas: { readonly schema: string }[] = [];
  const requests: string[] = [];
  let failure: Parameters<StubRegistry["fail"]>[0] = null;
  const answer: RequestListener = (request, response) => {
    requests.push(`${request.headers.authorization ?? "-"} ${request.url}`);
    if (failure === "reset") return void request.socket.resetAndDestroy();
    if (failure === "hang") return;
    if (failure === "500") return void response.writeHead(500).end('{"error_code":50001,"message":"store down"}');
    if (failure === "404 page") return void response.writeHead(404).end("<h1>Not found</h1>");
    const schema = schemas[Number(request.url?.split("/").at(-1)) - 1];
    const body = schema ?? { error_code: 40403, message: "Schema not found" };
    response.writeHead(schema === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  };
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    register: (schema, fields = {}) => {
      const index = schemas.findIndex((known) => known.schema === schema);
      return index >= 0 ? index + 1 : schemas.push({ schema, ...fields });
    },
    fail: (how) => {
      failure = how;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
