import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

const PRODUCE = 0;

/**
 * A TCP proxy before a broker that knows the protocol's frames: requests are
 * size(int32) api_key(int16) api_version(int16) correlation_id(int32) …, replies size(int32) correlation_id(int32) ….
 */
export class KafkaProxy {
  /** Every Produce request that came, from its size on. */
  readonly produced: Buffer[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #upstreamPort = 0;
  #repliesToDrop = 0;
  #answer: ((request: Buffer) => Buffer | null) | null = null;

  private constructor(server: Server) {
    this.#server = server;
    server.on("connection", (client) => this.#connect(client));
  }

  static async listen(): Promise<KafkaProxy> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new KafkaProxy(server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  forwardTo(port: number): void {
    this.#upstreamPort = port;
  }

  /** The broker works on the next Produce requests, but their replies are lost, and the connection with each. */
  dropProduceReplies(count: number): void {
    this.#repliesToDrop = count;
  }

  /** Answers Produce requests itself where the function gives an answer; the broker never sees those. */
  answerProduce(answer: ((request: Buffer) => Buffer | null) | null): void {
    this.#answer = answer;
  }

  /** Cuts all connections, and refuses new ones by cutting them too, until `mend`. */
  cut(): void {
    this.#upstreamPort = -Math.abs(this.#upstreamPort);
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#upstreamPort = Math.abs(this.#upstreamPort);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  #connect(client: Socket): void {
    if (this.#upstreamPort <= 0) {
      client.destroy();
      return;
    }
    const broker = connect(this.#upstreamPort, "127.0.0.1");
    const lost = new Set<number>();
    for (const [socket, other] of [
      [client, broker],
      [broker, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.on("error", () => {}); // 'close' follows
      socket.on("close", () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    onFrames(client, (request) => this.#request(request, client, broker, lost));
    onFrames(broker, (reply) => {
      if (lost.has(reply.readInt32BE(4))) client.destroy();
      else client.write(reply);
    });
  }

  #request(request: Buffer, client: Socket, broker: Socket, lost: Set<number>): void {
    if (request.readInt16BE(4) === PRODUCE) {
      this.produced.push(request);
      const answer = this.#answer?.(request) ?? null;
      if (answer !== null) {
        client.write(answer);
        return;
      }
      if (this.#repliesToDrop > 0) {
        this.#repliesToDrop--;
        lost.add(request.readInt32BE(8));
      }
    }
    broker.write(request);
  }
}

function onFrames(socket: Socket, take: (frame: Buffer) => void): void {
  let pending = Buffer.alloc(0);
  socket.on("data", (chunk) => {
    pending = Buffer.concat([pending, chunk as Buffer]);
    while (pending.length >= 4 && pending.length >= 4 + pending.readInt32BE(0)) {
      const end = 4 + pending.readInt32BE(0);
      take(pending.subarray(0, end));
      pending = pending.subarray(end);
    }
  });
}
