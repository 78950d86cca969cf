const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** ISO 8601 with a zone: one without would mean another instant on each machine. */
const INSTANT = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/i;

/** The milliseconds of a span such as `90s`, `15m`, `2h`, `1d`; null when it is none. */
export function parseSpanMs(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text);
  return match === null ? null : Number(match[1]) * (unitMs[match[2] ?? ""] ?? Number.NaN);
}

/** An instant with its zone, or a span before `now`; null when it is neither. */
export function parseInstant(text: string, now: Date): Date | null {
  const spanMs = parseSpanMs(text);
  const instant = spanMs === null ? new Date(INSTANT.test(text) ? text : Number.NaN) : new Date(now.getTime() - spanMs);
  return Number.isNaN(instant.getTime()) ? null : instant;
}
