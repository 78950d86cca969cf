import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { buffer, text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { KEYS } from "./bench-events.ts";
import type { TopicRecords } from "./deliveries.ts";
import type { Rig } from "./rig.ts";

const reader = fileURLToPath(new URL("../java/TopicReader.java", import.meta.url));
/** An int32 and an int64. */
const ENTRY_BYTES = 12;

/** Reads a topic whole, by Apache's consumer. @throws Error when a record has not the key of its event */
export async function readTopic(rig: Rig, topic: string): Promise<TopicRecords> {
  const args = ["-Xmx512m", "-cp", join(rig.jars, "*"), reader, rig.broker, topic, String(KEYS)];
  const child = spawn("java", args, { stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(child, "close") as Promise<[number | null]>;
  const [bytes, errors, [status]] = await Promise.all([buffer(child.stdout), text(child.stderr), ended]);
  if (status !== 0) throw new Error(`reading the topic ${topic} failed:\n${errors}`);
  const count = bytes.length / ENTRY_BYTES;
  const numbers = new Int32Array(count);
  const appendedAtMs = new Float64Array(count);
  for (let record = 0; record < count; record++) {
    numbers[record] = bytes.readInt32BE(record * ENTRY_BYTES);
    appendedAtMs[record] = Number(bytes.readBigInt64BE(record * ENTRY_BYTES + 4));
  }
  return { count, numbers, appendedAtMs };
}
