import type { Broker } from "../broker.ts";
import type { Reader } from "./reader.ts";
import type { Writer } from "./writer.ts";

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** What a handler knows about the call beside the request's body. */
export interface Call {
  readonly version: number;
  readonly clientId: string;
  /** The client's address as Kafka prints it: "/127.0.0.1". */
  readonly clientHost: string;
  readonly broker: Broker;
  /** Where clients are told to find the broker. */
  readonly address: Address;
  /** Aborted when the broker stops: ends every wait. */
  readonly signal: AbortSignal;
}

/** What to do with the written response: send it, send none, or send none and close the connection. */
export type Outcome = "respond" | "no-response" | "close";

/** One API of the protocol: the versions that are spoken, and the handler that reads a request and writes its response. */
export interface Api {
  readonly key: number;
  readonly name: string;
  readonly minVersion: number;
  readonly maxVersion: number;
  /** The first version with compact types and tagged fields; null when no spoken version has them. */
  readonly firstFlexibleVersion: number | null;
  handle(request: Reader, response: Writer, call: Call): Outcome | void | Promise<Outcome | void>;
}

/** Whether this version of the API uses compact types and tagged fields. */
export function isFlexible(api: Api, version: number): boolean {
  return api.firstFlexibleVersion !== null && version >= api.firstFlexibleVersion;
}
