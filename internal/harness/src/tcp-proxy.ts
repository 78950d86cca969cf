/**
 * A TCP proxy on 127.0.0.1 that a test breaks on purpose.
 *
 *             stall()                         dropReplies(), blackhole()
 *   STALLED ◄───────── PASSING ─────────────────────► LOSING
 *      │                ▲  ▲ │ refuse()                  │
 *      │ heal(): what   │  │ ▼                           │ heal(): links that lost bytes are reset, as a stream with
 *      └─ waited flows ─┘  REFUSING ── heal() ──► …      └─ a hole in it must not go on ──► PASSING
 *
 * `reset()` and `halfClose()` strike once, at the links that are open, in any state.
 */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

export interface TcpProxyOptions {
  /** Port on 127.0.0.1 that links lead to; {@link TcpProxy.pointAt} may come later. */
  readonly target?: number;
}

/** A proxy and its faults. Each fault lasts until {@link TcpProxy.heal}, a later one replaces it. */
export interface TcpProxy {
  readonly port: number;
  /** Open links. */
  readonly links: number;
  /** Bytes that were thrown away so far: when it rises while replies are dropped, an answer is lost for sure. */
  readonly lostBytes: number;
  /** Where new links lead, as after a failover. Links that are open stay where they are. */
  pointAt(port: number): void;
  /** Every byte arrives this much later, in order, both ways. 0 ends it. Lasts through the other faults. */
  delay(ms: number): void;
  /** A short partition: bytes wait, both ways, and arrive when it heals, however late. */
  stall(): void;
  /** What clients send arrives; what is answered is thrown away. */
  dropReplies(): void;
  /** Nothing arrives, either way; new links are accepted and led nowhere. */
  blackhole(): void;
  /** Open links are reset, and so is every new one. */
  refuse(): void;
  /** RST to both ends of all open links. */
  reset(): void;
  /** Clients see the end of the stream (FIN) and may still send; what servers answer from then on is lost. */
  halfClose(): void;
  heal(): void;
  /** Cuts all links and stops listening. Safe to call twice. */
  close(): Promise<void>;
}

export async function startTcpProxy(options: TcpProxyOptions = {}): Promise<TcpProxy> {
  const server = createServer({ allowHalfOpen: true });
  const proxy = new Proxy(server, options.target ?? 0);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return proxy;
}

type Direction = "request" | "reply";
type Weather = "pass" | "stall" | "lose";

class Proxy implements TcpProxy {
  readonly #server: Server;
  readonly #links = new Set<Link>();
  #target: number;
  #delayMs = 0;
  #weather: Readonly<Record<Direction, Weather>> = { request: "pass", reply: "pass" };
  #isRefusing = false;
  #lostBytes = 0;

  constructor(server: Server, target: number) {
    this.#server = server;
    this.#target = target;
    server.on("connection", (client) => this.#accept(client));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get links(): number {
    return this.#links.size;
  }

  get lostBytes(): number {
    return this.#lostBytes;
  }

  pointAt(port: number): void {
    this.#target = port;
  }

  delay(ms: number): void {
    this.#delayMs = ms;
  }

  stall(): void {
    this.#set("stall", "stall");
  }

  dropReplies(): void {
    this.#set("pass", "lose");
  }

  blackhole(): void {
    this.#set("lose", "lose");
  }

  refuse(): void {
    this.#isRefusing = true;
    this.reset();
  }

  reset(): void {
    for (const link of this.#links) link.reset();
  }

  halfClose(): void {
    for (const link of this.#links) link.halfClose();
  }

  heal(): void {
    this.#isRefusing = false;
    for (const link of this.#links) if (link.isDamaged) link.reset();
    this.#set("pass", "pass");
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    this.reset();
    await once(this.#server, "close");
  }

  #set(request: Weather, reply: Weather): void {
    this.#weather = { request, reply };
    for (const link of this.#links) link.flush();
  }

  #accept(client: Socket): void {
    if (this.#isRefusing) {
      client.on("error", () => {});
      client.resetAndDestroy();
      return;
    }
    const link = new Link(client, connect({ port: this.#target, host: "127.0.0.1", allowHalfOpen: true }), {
      weather: (direction) => this.#weather[direction],
      delayMs: () => this.#delayMs,
      onLost: (bytes) => (this.#lostBytes += bytes),
      onClosed: () => this.#links.delete(link),
    });
    this.#links.add(link);
  }
}

interface LinkOptions {
  readonly weather: (direction: Direction) => Weather;
  readonly delayMs: () => number;
  readonly onLost: (bytes: number) => void;
  readonly onClosed: () => void;
}

/** One client and its server. */
class Link {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #pipes: readonly Pipe[];
  readonly #options: LinkOptions;
  #isReset = false;

  constructor(client: Socket, server: Socket, options: LinkOptions) {
    this.#client = client;
    this.#server = server;
    this.#options = options;
    client.setNoDelay(true);
    server.setNoDelay(true);
    this.#pipes = [new Pipe("request", client, server, options), new Pipe("reply", server, client, options)];
    for (const socket of [client, server]) {
      socket.on("error", () => this.reset()); // refused by the target, or reset by an end: so the other sees it too
      socket.on("close", () => this.#noteClosed());
    }
  }

  get isDamaged(): boolean {
    return this.#pipes.some((pipe) => pipe.hasLost);
  }

  flush(): void {
    for (const pipe of this.#pipes) pipe.flush();
  }

  halfClose(): void {
    for (const pipe of this.#pipes) if (pipe.direction === "reply") pipe.end();
  }

  reset(): void {
    if (this.#isReset) return;
    this.#isReset = true;
    this.#client.resetAndDestroy();
    this.#server.resetAndDestroy();
  }

  #noteClosed(): void {
    if (this.#client.destroyed && this.#server.destroyed) this.#options.onClosed();
  }
}

/** Bytes one way; null is the end of the stream. */
class Pipe {
  readonly direction: Direction;
  readonly #source: Socket;
  readonly #sink: Socket;
  readonly #options: LinkOptions;
  readonly #queue: { readonly dueAt: number; readonly chunk: Buffer | null }[] = [];
  #timer: NodeJS.Timeout | null = null;
  #isEnded = false;
  hasLost = false;

  constructor(direction: Direction, source: Socket, sink: Socket, options: LinkOptions) {
    this.direction = direction;
    this.#source = source;
    this.#sink = sink;
    this.#options = options;
    source.on("data", (chunk: Buffer) => this.#take(chunk));
    source.on("end", () => this.#take(null));
    sink.on("drain", () => this.flush());
  }

  #take(chunk: Buffer | null): void {
    if (this.#isEnded || this.#options.weather(this.direction) === "lose") {
      this.hasLost = true;
      this.#options.onLost(chunk?.length ?? 0);
      return;
    }
    this.#queue.push({ dueAt: performance.now() + this.#options.delayMs(), chunk });
    this.flush();
  }

  /** Passes on what is due, unless it stalls or the other end does not keep up. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    for (let next = this.#queue[0]; next !== undefined && this.#isOpen(); next = this.#queue[0]) {
      const waitMs = next.dueAt - performance.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.flush(), waitMs);
        break;
      }
      this.#queue.shift();
      if (next.chunk === null) this.end();
      else this.#sink.write(next.chunk);
    }
    if (this.#queue.length > 0) this.#source.pause();
    else this.#source.resume();
  }

  end(): void {
    this.#isEnded = true;
    if (this.#sink.writable) this.#sink.end();
  }

  #isOpen(): boolean {
    return this.#options.weather(this.direction) === "pass" && this.#sink.writable && !this.#sink.writableNeedDrain;
  }
}
