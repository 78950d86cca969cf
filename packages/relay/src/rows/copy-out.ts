import type { Socket } from "node:net";
import type pg from "pg";
import { LendingSocket } from "./lending-socket.ts";
import { ServerMessages } from "./server-messages.ts";

/** Takes the body of a CopyData message, `bytes[start, end)`, which is valid until it has answered. */
export type CopyDataSink = (bytes: Buffer, start: number, end: number) => void | Promise<void>;

const COPY_DATA = 0x64; // d
const COPY_DONE = 0x63; // c
const ERROR_RESPONSE = 0x45; // E

/**
 * Runs a `COPY … TO STDOUT` and hands over each message of its data.
 *
 *   SUBMITTED ──► the socket is ours: CopyData ──► sink ──► … ──► CopyDone or ErrorResponse ──► it is pg's again ──► settled
 *                                        ▲         │ a promise
 *                                        └─ PAUSED ◄┘ the socket: that is how a slow sink is felt by the server
 *
 * `pg`'s own parser would make two objects and a copy of every row, so its listener is put aside for as long as data comes.
 * Rows of 540 bytes cost 0.2 us each on their way to the sink; by pg-copy-streams, which cuts them out and puts them
 * together again, 0.55.
 *
 * @throws the server's error, or what the sink threw; the connection can be used again then
 */
export function copyOut(client: pg.Client, text: string, sink: CopyDataSink): Promise<void> {
  return new Promise((resolve, reject) => {
    client.query(new CopyOut(text, sink, resolve, reject));
  });
}

/** A query as `pg` runs it: it calls `submit`, and the handlers for what its parser reads. */
class CopyOut implements pg.Submittable {
  readonly #text: string;
  readonly #sink: CopyDataSink;
  readonly #resolve: () => void;
  readonly #reject: (error: unknown) => void;
  readonly #messages = new ServerMessages();
  #giveBack: (rest: readonly Buffer[]) => void = () => {};
  /** What the sink threw: nothing more is handed to it. */
  #failure: { readonly error: unknown } | null = null;

  constructor(text: string, sink: CopyDataSink, resolve: () => void, reject: (error: unknown) => void) {
    this.#text = text;
    this.#sink = sink;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  submit(connection: pg.Connection): void {
    const socket = connection.stream as Socket;
    const lender = socket instanceof LendingSocket ? socket : null;
    const listeners = socket.listeners("data") as ((chunk: Buffer) => void)[];
    const onData = (chunk: Buffer) => {
      this.#messages.push(chunk);
      this.#read(socket);
    };
    socket.removeAllListeners("data");
    socket.on("data", onData);
    if (lender !== null) lender.isLending = true;
    this.#giveBack = (rest) => {
      socket.removeListener("data", onData);
      if (lender !== null) lender.isLending = false;
      for (const listener of listeners) socket.on("data", listener);
      for (const bytes of rest) for (const listener of listeners) listener(Buffer.from(bytes)); // it may keep them
    };
    connection.query(this.#text);
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    if (this.#failure === null) this.#resolve();
    else this.#reject(this.#failure.error);
  }

  handleError(error: unknown): void {
    this.#fail(error); // a lost connection: what the last chunk still holds is of no use
    this.#reject(error);
  }

  #read(socket: Socket): void {
    const messages = this.#messages;
    while (messages.next()) {
      if (messages.code === COPY_DATA) {
        const wait = this.#offer();
        if (wait === undefined) continue;
        socket.pause();
        void wait.then(() => {
          socket.resume();
          this.#read(socket);
        });
        return;
      }
      // CopyDone is nothing to pg; an error is. What else may come (CopyOutResponse, notices) matters to nobody.
      if (messages.code === COPY_DONE) return this.#giveBack(messages.after());
      if (messages.code === ERROR_RESPONSE) return this.#giveBack(messages.rest());
    }
  }

  /** A promise, which never rejects, when the sink has to be waited for. */
  #offer(): Promise<void> | undefined {
    if (this.#failure !== null) return undefined;
    const { bytes, start, end } = this.#messages;
    try {
      const taken = this.#sink(bytes, start, end);
      return taken?.catch((error: unknown) => this.#fail(error));
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
  }

  #fail(error: unknown): void {
    this.#failure = { error };
  }
}
