import type { EventSchema } from "../../sql/event-schema.ts";
import type { FoundDeadLetter, FoundRow } from "../../sql/find-event.ts";
import { decodeStoredHeaders, decodeStoredPayload } from "./decode-stored.ts";
import type { EventState, Finding } from "./event-state.ts";

/** What `inspect --json` prints of one event. Null is what is not known, or was not asked for. */
export interface InspectReport {
  readonly state: EventState;
  readonly explanation: string;
  readonly eventId: string | null;
  readonly rowId: number | null;
  readonly topic: string | null;
  readonly key: string | null;
  readonly shard: number | null;
  readonly occurredAt: string | null;
  readonly parkedAt: string | null;
  readonly headers: readonly (readonly [string, string])[] | null;
  readonly headersProblem: string | null;
  readonly schema: {
    readonly id: string;
    readonly recordName: string | null;
    /** In the registry, under TopicRecordNameStrategy. */
    readonly subject: string | null;
  } | null;
  readonly payloadBytes: number | null;
  readonly payload: unknown;
  readonly payloadProblem: string | null;
}

export interface InspectReportInput {
  readonly finding: Finding;
  readonly stored: FoundRow | FoundDeadLetter | null;
  readonly parkedAt: Date | null;
  readonly schema: EventSchema | null;
  readonly withPayload: boolean;
}

export function inspectReport({ finding, stored, parkedAt, schema, withPayload }: InspectReportInput): InspectReport {
  const headers = stored === null ? null : decodeStoredHeaders(stored);
  const payload = stored === null || !withPayload ? null : decodeStoredPayload(stored, schema);
  return {
    ...finding,
    eventId: stored?.eventId ?? null,
    rowId: stored?.rowId ?? null,
    topic: stored?.topic ?? null,
    key: stored?.key ?? null,
    shard: stored?.shard ?? null,
    occurredAt: stored?.occurredAt.toISOString() ?? null,
    parkedAt: parkedAt?.toISOString() ?? null,
    headers: headers?.value ?? null,
    headersProblem: headers?.problem ?? null,
    schema:
      stored === null
        ? null
        : {
            id: String(stored.schemaId),
            recordName: schema?.recordName ?? null,
            subject: schema === null ? null : `${stored.topic}-${schema.recordName}`,
          },
    payloadBytes: stored?.payload.length ?? null,
    payload: payload?.value ?? null,
    payloadProblem: payload?.problem ?? null,
  };
}

/** The report for people. */
export function inspectText(report: InspectReport): string {
  const { state, explanation, eventId, headers, headersProblem, schema, payloadBytes, payloadProblem } = report;
  const lines = [`${state}: ${explanation}`];
  if (eventId === null) return `${lines.join("\n")}\n`;
  const facts: readonly (readonly [string, string | null])[] = [
    ["event", eventId],
    ["row", `${report.rowId} of waybill.outbox, shard ${report.shard}`],
    ["written", report.occurredAt],
    ["parked", report.parkedAt],
    ["topic", report.topic],
    ["key", report.key ?? "none"],
    ["schema", `${schema?.recordName ?? "not stored"} (${schema?.id})`],
    ["subject", schema?.subject ?? null],
  ];
  lines.push("", ...facts.flatMap(([name, value]) => (value === null ? [] : [`${name.padEnd(8)} ${value}`])));
  lines.push("", "headers:");
  lines.push(...(headers?.map(([name, value]) => `  ${name}: ${value}`) ?? [`  unreadable: ${headersProblem}`]));
  lines.push("", `payload, ${payloadBytes} bytes:`);
  if (payloadProblem !== null) lines.push(`  unreadable: ${payloadProblem}`);
  else lines.push(report.payload === null ? "  not shown" : JSON.stringify(report.payload, null, 2));
  return `${lines.join("\n")}\n`;
}
