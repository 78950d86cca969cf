import { once } from "node:events";
import { type AddressInfo, type Server, type Socket, createServer } from "node:net";
import { Broker } from "./broker.ts";
import { serveConnection } from "./connection.ts";
import { DevBrokerError, messageOf, systemCode } from "./errors.ts";
import { type DevBrokerOptions, type Settings, resolveOptions } from "./options.ts";
import type { Address } from "./protocol/api.ts";
import { DataDir } from "./storage/data-dir.ts";
import { memoryStorage } from "./storage/storage.ts";

/** A dev broker that listens. */
export interface RunningDevBroker {
  /** `host:port` for a client's list of brokers: one. */
  readonly brokers: readonly string[];
  readonly port: number;
  /** Closes every connection, the port and the data folder. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Starts a dev broker in this process.
 *
 * @throws DevBrokerError INVALID_OPTION, ADDRESS_IN_USE, ADDRESS_UNAVAILABLE, DATA_DIR_IN_USE, DATA_DIR_UNUSABLE,
 * DATA_DIR_CORRUPT
 */
export async function startDevBroker(options: DevBrokerOptions = {}): Promise<RunningDevBroker> {
  const settings = resolveOptions(options);
  const broker = openBroker(settings);
  const connections = new Set<Socket>();
  const stopping = new AbortController();
  const server = createServer((socket) => {
    connections.add(socket);
    socket.once("close", () => connections.delete(socket));
    const address = settings.advertisedAddress ?? ownAddress(settings, socket);
    void serveConnection(socket, { broker, address, signal: stopping.signal, log: settings.log });
  });
  try {
    await listen(server, settings);
  } catch (error) {
    broker.close();
    throw error;
  }
  const { port } = server.address() as AddressInfo;
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    stopping.abort();
    const closed = once(server, "close");
    server.close();
    for (const socket of connections) socket.destroy();
    await closed;
    broker.close();
  };
  const host = isWildcard(settings.host) ? "127.0.0.1" : settings.host;
  const { advertisedAddress = { host, port } } = settings;
  return { brokers: [formatAddress(advertisedAddress)], port, stop: () => (stopped ??= stop()) };
}

function openBroker(settings: Settings): Broker {
  if (settings.dataDir === undefined) return new Broker(settings, memoryStorage);
  const dataDir = new DataDir(settings.dataDir, settings.log);
  const broker = new Broker(settings, dataDir);
  try {
    broker.restore(dataDir.metadata);
  } catch (cause) {
    broker.close();
    const message = `The data folder ${settings.dataDir} cannot be read: ${messageOf(cause)}`;
    throw new DevBrokerError("DATA_DIR_UNUSABLE", message, { cause });
  }
  return broker;
}

async function listen(server: Server, { host, port }: Settings): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, "listening");
  } catch (cause) {
    if (systemCode(cause) === "EADDRINUSE") {
      const message = `Port ${port} of ${host} is in use. Stop what listens there, or choose another port.`;
      throw new DevBrokerError("ADDRESS_IN_USE", message, { cause });
    }
    const message = `Cannot listen on ${host}, port ${port}: ${messageOf(cause)}`;
    throw new DevBrokerError("ADDRESS_UNAVAILABLE", message, { cause });
  }
}

/** The address that this client has reached the broker by, where it listens on all of them. */
function ownAddress({ host }: Settings, socket: Socket): Address {
  const reached = (socket.localAddress ?? "127.0.0.1").replace(/^::ffff:/, "");
  return { host: isWildcard(host) ? reached : host, port: socket.localPort ?? 0 };
}

function isWildcard(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}

function formatAddress({ host, port }: Address): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
