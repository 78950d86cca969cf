import { randomUUID } from "node:crypto";
import { isLocalDatabase } from "../is-local-database.ts";
import { parseSpanMs } from "../parse-instant.ts";
import type { FlagReader } from "../flag-reader.ts";
import { isTopicName } from "../../kafka/topic-name.ts";
import { EVENT_TYPE } from "./seeded-event.ts";

export const seedDefaults = {
  topic: "waybill.rehearsal",
  type: "waybill.rehearsal.event_seeded",
  keys: 1_000,
  size: 300,
} as const;

export interface SeedInput {
  readonly perSecond: number;
  /** Null: no limit by number. */
  readonly count: number | null;
  /** Null: no limit by time. */
  readonly durationMs: number | null;
  readonly topic: string;
  readonly type: string;
  readonly keys: number;
  /** Bytes of the payload, about. */
  readonly size: number;
  readonly run: string;
  readonly register: boolean;
}

const DAY_MS = 86_400_000;

/** Problems are left in the reader. */
export function readSeedInput(read: FlagReader): SeedInput {
  const perSecond = read.decimal("--rate", { least: 0.1, most: 100_000 });
  if (!read.has("--rate")) read.problems.push("--rate is missing: the events per second, such as --rate 1000");
  const topic = read.text("--topic") ?? seedDefaults.topic;
  if (!isTopicName(topic)) read.problems.push(`--topic: ${JSON.stringify(topic)} is not a Kafka topic name`);
  const type = read.text("--type") ?? seedDefaults.type;
  if (!EVENT_TYPE.test(type)) {
    read.problems.push(`--type: expects domain.entity.action in lower case, not ${JSON.stringify(type)}`);
  }
  return {
    perSecond: perSecond ?? 1,
    count: read.integer("--count", { least: 1, most: 1_000_000_000 }),
    durationMs: readDuration(read),
    topic,
    type,
    keys: read.integer("--keys", { least: 1, most: 10_000_000 }) ?? seedDefaults.keys,
    size: read.integer("--size", { least: 0, most: 10_000_000 }) ?? seedDefaults.size,
    run: randomUUID(),
    register: read.has("--register"),
  };
}

/** What stands against writing into this database; null when nothing does. */
export function seedObjection(databaseUrl: string, isAgreed: boolean, place: string): string | null {
  if (isAgreed || isLocalDatabase(databaseUrl)) return null;
  return (
    `--yes is missing: ${place} is not on this machine, and seeded events go to every consumer of their topic. Give ` +
    "--yes when it is a database for rehearsals"
  );
}

function readDuration(read: FlagReader): number | null {
  const text = read.text("--duration");
  if (text === null) return null;
  const spanMs = parseSpanMs(text);
  if (spanMs !== null && spanMs > 0 && spanMs <= 30 * DAY_MS) return spanMs;
  read.problems.push(`--duration: expects a span up to 30d, such as 30s, 10m or 2h, not ${JSON.stringify(text)}`);
  return null;
}
