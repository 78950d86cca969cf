import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface RoundTripCounter {
  /** The database's URL, by way of the counter. */
  readonly url: string;
  /** Messages so far after which a client waits for the server: Query, and the Sync that ends an extended query. */
  count(): number;
  stop(): Promise<void>;
}

/** A proxy that counts what a client really sends. Source: PostgreSQL's documentation, "Message Formats". */
export async function startRoundTripCounter(databaseUrl: string): Promise<RoundTripCounter> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let count = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    const onMessage = (type: string) => {
      if (type === "Q" || type === "S") count++;
    };
    client.on("data", messageReader(onMessage));
    client.pipe(upstream).pipe(client);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: url.href,
    count: () => count,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** Tells the type of each message. The first has none: a startup message is a length and its body. */
function messageReader(onMessage: (type: string) => void): (chunk: Buffer) => void {
  let pending = Buffer.alloc(0);
  let typeBytes = 0;
  return (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= typeBytes + 4) {
      const length = typeBytes + pending.readInt32BE(typeBytes);
      if (pending.length < length) return;
      if (typeBytes === 1) onMessage(String.fromCharCode(pending[0] as number));
      pending = pending.subarray(length);
      typeBytes = 1;
    }
  };
}
