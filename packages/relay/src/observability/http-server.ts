import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { messageOf, RelayError } from "../errors.ts";
import type { Health } from "./health.ts";
import { healthConditions } from "./metrics-table.ts";
import type { RelayMetrics } from "./metrics.ts";

export interface HttpServerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly health: Health;
  readonly metrics: RelayMetrics;
}

export interface RunningHttpServer {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * A step takes at most a statement's minute, a pause's minute or, per topic of a batch, the broker's time limit.
 */
const STALLED_MS = 600_000;

/** Serves `/livez`, `/readyz` and `/metrics`. @throws RelayError HTTP_PORT_UNAVAILABLE */
export async function startHttpServer({ host, port, health, metrics }: HttpServerOptions): Promise<RunningHttpServer> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    if (request.method !== "GET" && request.method !== "HEAD") return sendJson(response, 405, { error: "GET only" });
    if (path === "/livez") return sendLiveness(response, health);
    if (path === "/readyz") return sendReadiness(response, health);
    if (path === "/metrics") return void sendMetrics(response, metrics, health);
    sendJson(response, 404, { error: "there are /livez, /readyz and /metrics" });
  });
  await listen(server, host, port);
  const address = server.address() as AddressInfo;
  const name = address.family === "IPv6" ? `[${address.address}]` : address.address;
  return {
    url: `http://${name}:${address.port}`,
    async stop() {
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, "listening");
  } catch (error) {
    throw new RelayError(
      "HTTP_PORT_UNAVAILABLE",
      `cannot serve HTTP on ${host}:${port}: ${messageOf(error)}. Choose another port by --http-port (RELAY_HTTP_PORT).`,
      { cause: error },
    );
  }
}

function sendLiveness(response: ServerResponse, health: Health): void {
  const isAlive = health.silentMs < STALLED_MS;
  sendJson(response, isAlive ? 200 : 503, {
    status: isAlive ? "alive" : "stalled",
    silentMs: Math.round(health.silentMs),
  });
}

function sendReadiness(response: ServerResponse, health: Health): void {
  if (health.isReady) return sendJson(response, 200, { status: "ready" });
  sendJson(response, 503, { status: "not ready", reasons: health.reasons });
}

async function sendMetrics(response: ServerResponse, metrics: RelayMetrics, health: Health): Promise<void> {
  const { registry, ready, condition: conditions } = metrics;
  const { isReady, reasons } = health;
  ready.set(isReady ? 1 : 0);
  for (const condition of healthConditions) conditions.set({ condition }, Object.hasOwn(reasons, condition) ? 1 : 0);
  const text = await registry.metrics();
  response.writeHead(200, { "content-type": registry.contentType }).end(text);
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
