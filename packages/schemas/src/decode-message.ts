import { createDecoder, DecodeError, parseFrame, recordNameOf } from "@waybill/events";
import { reasonOf } from "./error-reason.ts";
import { SchemasError } from "./errors.ts";
import type { FoundVersion } from "./event-reference.ts";
import type { MessageCandidate } from "./message-bytes.ts";
import { descriptorOf } from "./version-descriptor.ts";

/** A message as it was read. */
export interface DecodedMessage {
  readonly data: unknown;
  readonly encoding: MessageCandidate["encoding"];
  /** The registry's schema id before the data; null when there was none. */
  readonly registryId: number | null;
}

/**
 * Reads a message that was written with the very schema of a version: the first of its readings that fits wholly. Bare
 * data can begin with the zero byte of the registry's wire format, so both are tried.
 *
 * @throws SchemasError `message-unreadable`
 */
export function decodeMessage(candidates: readonly MessageCandidate[], found: FoundVersion): DecodedMessage {
  const decode = decoderFor(found, found.version.text);
  const failures: string[] = [];
  for (const { encoding, bytes } of candidates) {
    for (const { registryId, payload } of readingsOf(bytes)) {
      try {
        return { data: decode(payload), encoding, registryId };
      } catch (error) {
        if (!DecodeError.is(error)) throw error;
        failures.push(`${describeReading(encoding, registryId)}: ${error.message}`);
      }
    }
  }
  throw unreadable(
    found,
    failures.join("; ") || "it is not of the encoding that was named",
    "Name the version that wrote it with @N, or give --registry for a framed message",
  );
}

/**
 * Reads a framed message that was written with the registry's schema, as a version sees it.
 *
 * @throws SchemasError `message-unreadable`, also when the two schemas do not resolve
 */
export function decodeWritten(payload: Uint8Array, found: FoundVersion, writerSchema: string): unknown {
  try {
    return decoderFor(found, writerSchema)(payload);
  } catch (error) {
    if (!DecodeError.is(error)) throw error;
    throw unreadable(found, error.message, "Name a version of the generation that wrote it with @N", error);
  }
}

/** The full name of the record that a registry's schema is of. @throws SchemasError `message-unreadable` */
export function writerRecordName(writerSchema: string): string {
  try {
    return recordNameOf(writerSchema);
  } catch (error) {
    throw new SchemasError(
      "message-unreadable",
      `The registry's schema of the message is no Avro record: ${reasonOf(error)}. Check that the registry is the one that the message's id is of.`,
      { cause: error },
    );
  }
}

/** The first candidate in the registry's wire format. @throws SchemasError `message-unreadable` */
export function framedCandidate(candidates: readonly MessageCandidate[]): DecodedFrame {
  for (const { encoding, bytes } of candidates) {
    const [reading] = readingsOf(bytes);
    if (reading !== undefined && reading.registryId !== null) {
      return { encoding, registryId: reading.registryId, payload: reading.payload };
    }
  }
  throw new SchemasError(
    "message-unreadable",
    "The message does not begin as the registry's wire format does, with a zero byte and a schema id. Leave out --registry for bare Avro data, or check --encoding.",
  );
}

/** A message in the wire format, taken apart. */
export interface DecodedFrame {
  readonly encoding: MessageCandidate["encoding"];
  readonly registryId: number;
  readonly payload: Uint8Array;
}

interface Reading {
  readonly registryId: number | null;
  readonly payload: Uint8Array;
}

function readingsOf(bytes: Uint8Array): readonly Reading[] {
  const bare = { registryId: null, payload: bytes };
  return bytes.length >= 5 && bytes[0] === 0 ? [parseFrame(bytes), bare] : [bare];
}

function decoderFor(found: FoundVersion, writerSchema: string): (bytes: Uint8Array) => unknown {
  return createDecoder(writerSchema, descriptorOf(found));
}

function describeReading(encoding: string, registryId: number | null): string {
  return registryId === null ? `as bare ${encoding}` : `as ${encoding} framed with id ${registryId}`;
}

function unreadable({ event, version }: FoundVersion, reason: string, remedy: string, cause?: Error): SchemasError {
  return new SchemasError(
    "message-unreadable",
    `The message cannot be read as ${event.name.type} v${version.version}: ${reason}. ${remedy}.`,
    cause === undefined ? {} : { cause },
  );
}
