import type pg from "pg";

/** A running relay as it made itself known; columns that it does not tell are null. */
export interface RelayInstance {
  readonly id: string;
  readonly name: string | null;
  readonly host: string | null;
  readonly pid: number | null;
  readonly version: string | null;
  readonly startedAt: Date | null;
  readonly seenAt: Date | null;
  readonly expiresAt: Date | null;
}

/** All that are known, also those that died without a goodbye. Only where the table is there. */
export async function readRelayInstances(client: pg.Client): Promise<RelayInstance[]> {
  const { rows } = await client.query<{ columns: Readonly<Record<string, unknown>> }>(
    "SELECT to_jsonb(i) AS columns FROM waybill.relay_instance AS i ORDER BY id",
  );
  return rows.map(({ columns }) => ({
    id: String(columns["id"]),
    name: text(columns["name"]),
    host: text(columns["host"]),
    pid: typeof columns["pid"] === "number" ? columns["pid"] : null,
    version: text(columns["version"]),
    startedAt: instant(columns["started_at"]),
    seenAt: instant(columns["seen_at"]),
    expiresAt: instant(columns["expires_at"]),
  }));
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function instant(value: unknown): Date | null {
  return typeof value === "string" ? new Date(value) : null;
}
