import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** BackendKeyData: 'K', length 12. Source: PostgreSQL manual, "Message Formats". */
const BACKEND_KEY_DATA = Buffer.from([0x4b, 0, 0, 0, 12]);
const POOLER_PID = 1;

/**
 * What a client sees of a pooler: its own process id in place of the backend's. Of transaction mode itself it does
 * nothing: each client keeps its backend.
 */
export async function startPooler(databaseUrl: string): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const backend = connect(Number(target.port), target.hostname);
    for (const [socket, other] of [
      [client, backend],
      [backend, client],
    ] as const) {
      sockets.add(socket);
      socket.on("error", () => {}); // 'close' follows
      socket.on("close", () => other.destroy());
    }
    client.pipe(backend);
    backend.once("data", function look(chunk: Buffer) {
      const at = chunk.indexOf(BACKEND_KEY_DATA);
      if (at >= 0) chunk.writeInt32BE(POOLER_PID, at + BACKEND_KEY_DATA.length);
      client.write(chunk);
      if (at < 0) backend.once("data", look);
      else backend.pipe(client);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = new URL(databaseUrl);
  url.hostname = "127.0.0.1";
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
