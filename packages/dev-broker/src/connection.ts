import type { Socket } from "node:net";
import { apiByKey, apiVersions } from "./apis/api-table.ts";
import { apiVersionsKey, refuseApiVersions } from "./apis/api-versions.ts";
import type { Broker } from "./broker.ts";
import { DevBrokerError, messageOf, systemCode } from "./errors.ts";
import { type Address, type Api, type Outcome, isFlexible } from "./protocol/api.ts";
import { FrameAssembler } from "./protocol/frame-assembler.ts";
import { Reader } from "./protocol/reader.ts";
import { Writer } from "./protocol/writer.ts";

export interface ConnectionParts {
  readonly broker: Broker;
  readonly address: Address;
  /** Aborted when the broker stops. */
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

interface Answer {
  readonly outcome: Outcome;
  readonly correlationId: number;
  readonly body: readonly Buffer[];
}

/**
 * Serves one connection until it ends: its requests one after the other, in order, as Kafka does. The next is not read
 * before the last one's response has left the process, so a client that does not read holds one response in memory.
 */
export async function serveConnection(socket: Socket, parts: ConnectionParts): Promise<void> {
  const client = `${socket.remoteAddress ?? "?"}:${socket.remotePort ?? "?"}`;
  const frames = new FrameAssembler();
  socket.setNoDelay(true);
  try {
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      for (const frame of frames.push(chunk)) {
        const answer = await answerFrame(frame, socket, parts);
        if (answer.outcome === "close") return;
        if (answer.outcome === "respond") await send(socket, answer);
      }
    }
  } catch (error) {
    if (!isDisconnect(error)) parts.log(`Closed the connection of ${client}: ${describe(error)}`);
  } finally {
    socket.destroy();
  }
}

/*
Request Header (Version: 1) => request_api_key request_api_version correlation_id client_id
Request Header (Version: 2, of flexible requests) adds tagged fields
  request_api_key => INT16   request_api_version => INT16   correlation_id => INT32   client_id => NULLABLE_STRING

Response Header (Version: 0) => correlation_id
Response Header (Version: 1, of flexible responses but ApiVersions) adds tagged fields
  correlation_id => INT32
*/
async function answerFrame(frame: Buffer, socket: Socket, parts: ConnectionParts): Promise<Answer> {
  const header = new Reader(frame, 0, false);
  const key = header.int16();
  const version = header.int16();
  const correlationId = header.int32();
  const api = findApi(key, version);
  if (api === undefined) {
    if (key !== apiVersionsKey) throw unsupported(key, version);
    const body = new Writer(false);
    refuseApiVersions(body, apiVersions);
    return { outcome: "respond", correlationId, body: body.finish() };
  }
  const clientId = header.nullableString() ?? "";
  const flexible = isFlexible(api, version);
  const request = new Reader(frame, header.position, flexible);
  request.endStruct();
  const response = new Writer(flexible);
  if (key !== apiVersionsKey) response.endStruct();
  const clientHost = `/${socket.remoteAddress ?? ""}`;
  const { broker, address, signal } = parts;
  const handled = api.handle(request, response, { version, clientId, clientHost, broker, address, signal });
  const outcome = (handled instanceof Promise ? await handled : handled) ?? "respond";
  return { outcome, correlationId, body: response.finish() };
}

function findApi(key: number, version: number): Api | undefined {
  const api = apiByKey(key);
  return api !== undefined && version >= api.minVersion && version <= api.maxVersion ? api : undefined;
}

async function send(socket: Socket, { correlationId, body }: Answer): Promise<void> {
  const header = Buffer.allocUnsafe(8);
  header.writeInt32BE(
    body.reduce((bytes, part) => bytes + part.length, 4),
    0,
  );
  header.writeInt32BE(correlationId, 4);
  socket.cork();
  let flushed = socket.write(header);
  for (const part of body) flushed = socket.write(part);
  socket.uncork();
  if (!flushed && !socket.destroyed) await drained(socket);
}

/** Resolves when what was written has left the process, or never will. */
function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      socket.off("drain", finish).off("close", finish);
      resolve();
    };
    socket.on("drain", finish).on("close", finish);
  });
}

function unsupported(key: number, version: number): DevBrokerError {
  const api = apiByKey(key);
  const spoken = api === undefined ? "this API is not spoken" : `spoken are ${api.minVersion} to ${api.maxVersion}`;
  const message = `It asked for version ${version} of ${api?.name ?? `API ${key}`}, but ${spoken}`;
  return new DevBrokerError("UNSUPPORTED_REQUEST", message);
}

/** The peer, or the broker's stop, ended the connection: nothing that anyone did wrong. */
function isDisconnect(error: unknown): boolean {
  return ["ECONNRESET", "EPIPE", "ERR_STREAM_PREMATURE_CLOSE", "ABORT_ERR"].includes(systemCode(error));
}

/** A request's own fault in a line; anything else is a defect of the broker's, and its stack is wanted. */
function describe(error: unknown): string {
  if (DevBrokerError.is(error)) return error.message;
  return error instanceof Error && error.stack !== undefined ? error.stack : messageOf(error);
}
