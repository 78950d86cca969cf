import { once } from "node:events";
import { type Socket, connect } from "node:net";
import { FrameAssembler } from "../src/protocol/frame-assembler.ts";
import { Reader } from "../src/protocol/reader.ts";
import { Writer } from "../src/protocol/writer.ts";

export interface RawRequest {
  readonly key: number;
  readonly version: number;
  /** Compact types and tagged fields. Default false. */
  readonly flexible?: boolean;
  readonly body: (request: Writer) => void;
}

/** A connection that speaks the protocol byte by byte: it retries nothing and hides no error code. */
export class RawClient {
  readonly #socket: Socket;
  readonly #frames = new FrameAssembler();
  readonly #arrived: Buffer[] = [];
  readonly #ended = new AbortController();
  #correlationId = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.once("close", () => this.#ended.abort());
  }

  static async connect(broker: string): Promise<RawClient> {
    const [host, port] = broker.split(":");
    const socket = connect(Number(port), host);
    await once(socket, "connect");
    return new RawClient(socket);
  }

  /** Sends a request and answers its response, after the header. */
  async call(request: RawRequest): Promise<Reader> {
    this.send(request);
    const flexible = request.flexible ?? false;
    const frame = await this.receiveFrame();
    const response = new Reader(frame, 0, flexible);
    if (response.int32() !== this.#correlationId) throw new Error("the response belongs to another request");
    if (request.key !== 18) response.endStruct();
    return response;
  }

  /** The next response, whole, with its header. */
  async receiveFrame(): Promise<Buffer> {
    for (;;) {
      const frame = this.#arrived.shift();
      if (frame !== undefined) return frame;
      if (this.#ended.signal.aborted) throw new Error("the broker closed the connection");
      const [chunk] = (await once(this.#socket, "data", { signal: this.#ended.signal })) as [Buffer];
      this.#arrived.push(...this.#frames.push(chunk));
    }
  }

  send({ key, version, flexible = false, body }: RawRequest): void {
    this.#correlationId += 1;
    const header = new Writer(false).int16(key).int16(version).int32(this.#correlationId).nullableString("raw-client");
    const writer = new Writer(flexible);
    writer.endStruct(); // of the header
    body(writer);
    this.sendFrame(Buffer.concat([...header.finish(), ...writer.finish()]));
  }

  /** Sends whatever bytes as a request. */
  sendFrame(frame: Buffer): void {
    const length = Buffer.alloc(4);
    length.writeInt32BE(frame.length);
    this.sendBytes(Buffer.concat([length, frame]));
  }

  sendBytes(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  /** Stops reading: a client that has fallen asleep. */
  fallAsleep(): void {
    this.#socket.pause();
  }

  wakeUp(): void {
    this.#socket.resume();
  }

  /** Resolves when the broker ends the connection. */
  async closedByBroker(): Promise<void> {
    this.#socket.resume();
    if (!this.#socket.closed) await once(this.#socket, "close");
  }

  close(): void {
    this.#socket.destroy();
  }
}
