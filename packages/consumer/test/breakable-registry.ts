import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { startRegistry } from "@waybill/registry";

/** A schema registry behind a door that a test can shut. */
export interface BreakableRegistry {
  /** Of the door. */
  readonly url: string;
  /** Requests at the door so far, each with its authorization. */
  readonly requests: readonly string[];
  /** Registers a schema past the door; its id. */
  register(subject: string, schema: string): Promise<number>;
  /** Answers for an id as a registry with such a schema would. */
  plant(id: number, body: object): void;
  /** How requests at the door fail from now on; null ends the outage. */
  fail(how: "reset" | "hang" | "500" | "404 page" | null): void;
  stop(): Promise<void>;
}

export async function startBreakableRegistry(): Promise<BreakableRegistry> {
  const registry = await startRegistry();
  const requests: string[] = [];
  const planted = new Map<string, object>();
  let failure: Parameters<BreakableRegistry["fail"]>[0] = null;
  const answer: RequestListener = (request, response) => {
    const { url: path = "" } = request;
    requests.push(`${request.headers.authorization ?? "-"} ${path}`);
    if (failure === "reset") return void request.socket.resetAndDestroy();
    if (failure === "hang") return;
    if (failure === "500") return void response.writeHead(500).end('{"error_code":50001,"message":"store down"}');
    if (failure === "404 page") return void response.writeHead(404).end("<h1>Not found</h1>");
    const body = planted.get(path);
    if (body !== undefined) return void response.end(JSON.stringify(body));
    void fetch(`${registry.url}${path}`).then(async (real) => response.writeHead(real.status).end(await real.text()));
  };
  const door = createServer(answer);
  await new Promise<void>((resolve) => door.listen(0, "127.0.0.1", resolve));
  const { port } = door.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    register: (subject, schema) => registerSchema(registry.url, subject, schema),
    plant: (id, body) => void planted.set(`/schemas/ids/${id}`, body),
    fail: (how) => {
      failure = how;
    },
    stop: async () => {
      door.closeAllConnections();
      await new Promise((resolve) => door.close(resolve));
      await registry.stop();
    },
  };
}

async function registerSchema(url: string, subject: string, schema: string): Promise<number> {
  const response = await fetch(`${url}/subjects/${encodeURIComponent(subject)}/versions`, {
    method: "POST",
    headers: { "content-type": "application/vnd.schemaregistry.v1+json" },
    body: JSON.stringify({ schema }),
  });
  const body = await response.text();
  if (!response.ok) throw new Error(`the registry refused ${subject}: ${body}`);
  return (JSON.parse(body) as { readonly id: number }).id;
}
