import { DecodeError, describeEvent, type EventDescriptor } from "@waybill/events";
import { SchemasError } from "./errors.ts";
import type { FoundVersion } from "./event-reference.ts";

/**
 * A version with the codec that the runtimes have.
 *
 * @throws SchemasError `schema-invalid` when they would not take the schema, such as one with two keys
 */
export function descriptorOf({ event, version }: FoundVersion): EventDescriptor<string, number, unknown> {
  try {
    return describeEvent({ type: event.name.type, version: version.version, schema: version.text });
  } catch (error) {
    if (!DecodeError.is(error)) throw error;
    throw new SchemasError(
      "schema-invalid",
      `${version.file} cannot be used: ${error.message}. Run "schemas check", which tells all that is wrong and where.`,
      { cause: error },
    );
  }
}
