import type { Envelope } from "./envelope.ts";
import { DecodeError } from "./errors.ts";

/** The version of CloudEvents whose Kafka binding (binary content mode) the headers follow. */
const SPEC_VERSION = "1.0";

/** The envelope as Kafka headers, in a fixed order; fields that are null have none. */
export function envelopeToHeaders(envelope: Envelope): [name: string, value: string][] {
  const headers: [string, string | null][] = [
    ["ce_specversion", SPEC_VERSION],
    ["ce_id", envelope.id],
    ["ce_type", envelope.type],
    ["ce_source", envelope.source],
    ["ce_time", envelope.time.toISOString()],
    ["ce_subject", envelope.subject],
    ["ce_version", String(envelope.version)],
    ["ce_correlationid", envelope.correlationId],
    ["ce_causationid", envelope.causationId],
    ["traceparent", envelope.traceparent],
  ];
  return headers.filter((header): header is [string, string] => header[1] !== null);
}

/**
 * The inverse of {@link envelopeToHeaders}.
 *
 * @param get the value of a header by name, undefined when absent
 * @throws DecodeError naming every header that is missing or wrong
 */
export function envelopeFromHeaders(get: (name: string) => string | undefined): Envelope {
  const problems: string[] = [];
  const required = (name: string): string => {
    const value = get(name);
    if (value === undefined || value === "") problems.push(`${name} is missing`);
    return value ?? "";
  };
  const id = required("ce_id");
  const versionText = required("ce_version");
  const version = Number(versionText);
  if (versionText !== "" && !(Number.isSafeInteger(version) && version > 0)) {
    problems.push("ce_version is not a positive integer");
  }
  const timeText = required("ce_time");
  const time = new Date(timeText);
  if (timeText !== "" && Number.isNaN(time.getTime())) problems.push("ce_time is not an RFC 3339 time");
  const envelope: Envelope = {
    id,
    type: required("ce_type"),
    version,
    source: required("ce_source"),
    time,
    subject: get("ce_subject") ?? null,
    correlationId: get("ce_correlationid") ?? id,
    causationId: get("ce_causationid") ?? null,
    traceparent: get("traceparent") ?? null,
  };
  if (problems.length > 0) throw new DecodeError(`the message's headers are not an event's: ${problems.join(", ")}`);
  return envelope;
}
