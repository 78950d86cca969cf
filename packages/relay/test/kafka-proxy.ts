import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

const PRODUCE = 0;

/** The requests whose fate a test decides, by the protocol's numbers. */
export const apiKeys = { produce: PRODUCE, initProducerId: 22, addPartitionsToTxn: 24, endTxn: 26 } as const;

/**
 * A TCP proxy before a broker that knows the protocol's frames: requests are
 * size(int32) api_key(int16) api_version(int16) correlation_id(int32) …, replies size(int32) correlation_id(int32) ….
 */
export class KafkaProxy {
  /** Every Produce request that came, from its size on. */
  readonly produced: Buffer[] = [];
  /** API keys of requests that were delayed and have been answered. */
  readonly late: number[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #upstreamPort = 0;
  /** By API, how many. */
  readonly #repliesToDrop = new Map<number, number>();
  readonly #requestsToDrop = new Map<number, number>();
  readonly #requestsToDelay = new Map<number, number>();
  #delayedUntil: Promise<void> = Promise.resolve();
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
    this.dropReplies(PRODUCE, count);
  }

  /** The same of any API. */
  dropReplies(apiKey: number, count: number): void {
    this.#repliesToDrop.set(apiKey, count);
  }

  /** The next requests of an API never reach the broker, and their connections are cut. */
  dropRequests(apiKey: number, count: number): void {
    this.#requestsToDrop.set(apiKey, count);
  }

  /**
   * The connections of the next requests of an API are cut; the requests reach the broker all the same, when the returned
   * function is called.
   */
  delayRequests(apiKey: number, count: number): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#requestsToDelay.set(apiKey, count);
    this.#delayedUntil = promise;
    return resolve;
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
    const apiKey = request.readInt16BE(4);
    if (takeOne(this.#requestsToDrop, apiKey)) {
      client.destroy();
      return;
    }
    if (apiKey === PRODUCE) {
      this.produced.push(request);
      const answer = this.#answer?.(request) ?? null;
      if (answer !== null) {
        client.write(answer);
        return;
      }
    }
    if (takeOne(this.#repliesToDrop, apiKey)) lost.add(request.readInt32BE(8));
    if (takeOne(this.#requestsToDelay, apiKey)) void this.#sendLate(request, client);
    else broker.write(request);
  }

  /** The client's connection is cut; the request arrives by one of its own. */
  async #sendLate(request: Buffer, client: Socket): Promise<void> {
    client.destroy();
    await this.#delayedUntil;
    const broker = connect(this.#upstreamPort, "127.0.0.1");
    this.#sockets.add(broker);
    broker.on("error", () => {}); // 'close' follows
    broker.on("close", () => this.#sockets.delete(broker));
    broker.on("data", () => this.late.push(request.readInt16BE(4)));
    broker.write(request);
  }
}

function takeOne(counts: Map<number, number>, apiKey: number): boolean {
  const count = counts.get(apiKey) ?? 0;
  if (count > 0) counts.set(apiKey, count - 1);
  return count > 0;
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
