/**
 * What the relay promises of silences: how soon a lone event leaves, and what waiting for it costs.
 *
 *   node --conditions=@waybill/source packages/relay/bench/wake.ts [--broker kafka|dev] [--events 200] [--seconds 30]
 *
 * - lone events after silences of 0.3 to 0.6 s, the pause being 50 ms by then: p99 within 60 ms;
 * - the same with `--poll-idle-ms 5000`, after 2 to 3 s, the application notifying after its commit: p99 within 60 ms;
 * - an idle relay: at most 0.4% of a core of PostgreSQL, by the scheduler's count of its two backends. Polls are 0.3% of it:
 *   150 µs each, of which 110 are what any message costs a process that slept.
 *
 * PostgreSQL, Apache Kafka (Java and Maven needed; or the dev broker), a registry and the relay's process are started here.
 * A latency is from the answer to COMMIT to the broker's append time, in whole milliseconds. Prints a JSON line for each
 * part; ends with 1 when a limit is exceeded.
 */
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startDevBroker } from "@waybill/dev-broker";
import { eventually, startKafka, startPostgresServer } from "@waybill/harness";
import { createRelayNotifier, migrate } from "@waybill/outbox";
import { startRegistry } from "@waybill/registry";
import pg from "pg";
import type { RelayOptions } from "../src/settings/settings.ts";
import { type RelayProcess, spawnRelay } from "../test/relay-process.ts";
import { registerSchema } from "../test/relay-services.ts";
import { seededRandom } from "../test/seeded-random.ts";
import { createCountedEvent, insertEvents, insertSchema } from "../test/test-event.ts";
import { kafkaOf } from "../test/topic-reader.ts";

const { values: flags } = parseArgs({
  options: {
    broker: { type: "string", default: "kafka" },
    events: { type: "string", default: "200" },
    seconds: { type: "string", default: "30" },
  },
});
const LONE_EVENT_LIMIT_MS = 60;
const IDLE_LIMIT_PERCENT = 0.4;

const [postgres, broker, registry] = await Promise.all([
  startPostgresServer({ fsync: "on" }),
  flags.broker === "dev" ? startDevBroker() : startKafka(),
  startRegistry(),
]);
const pool = new pg.Pool({ connectionString: postgres.url });
const event = createCountedEvent();
const appendTimes = new Map<string, number>();
let exceeded = false;

const writer = new pg.Client({ connectionString: postgres.url });
await writer.connect();
await migrate(writer);
await insertSchema(writer, event);
await registerSchema(registry.url, event);
const stopReading = await readAppendTimes();

const notifyRelay = createRelayNotifier(pool);
await withRelay({}, async (relay) => {
  await measureLoneEvents(relay, "polled every 50 ms", Number(flags.events), [300, 600], () => {});
  await measureIdle(relay, Number(flags.seconds));
});
await withRelay({ pollIdleMs: 5_000 }, async (relay) => {
  const events = Math.ceil(Number(flags.events) / 5);
  await measureLoneEvents(relay, "polled every 5 s, notified", events, [2_000, 3_000], notifyRelay);
  await measureIdle(relay, Number(flags.seconds));
});

await stopReading();
await writer.end();
await pool.end();
await Promise.all([registry.stop(), broker.stop()]);
await postgres.remove();
process.exitCode = exceeded ? 1 : 0;

async function withRelay(options: Partial<RelayOptions>, use: (relay: RelayProcess) => Promise<void>): Promise<void> {
  const relay = await spawnRelay({
    databaseUrl: postgres.url,
    brokers: broker.brokers,
    registryUrl: registry.url,
    httpHost: "127.0.0.1",
    httpPort: 0,
    ...options,
  });
  await commitOne(`warm-up-${relay.pid}`);
  await use(relay);
  relay.kill("SIGTERM");
  await relay.exited;
}

async function measureLoneEvents(
  relay: RelayProcess,
  part: string,
  events: number,
  [least, most]: readonly [number, number],
  afterCommit: () => void,
): Promise<void> {
  const random = seededRandom(7);
  const latencies: number[] = [];
  for (let n = 0; n < events; n++) {
    await delay(least + random() * (most - least));
    latencies.push(await commitOne(`${part} ${n}`, afterCommit));
  }
  latencies.sort((a, b) => a - b);
  const at = (share: number) => latencies[Math.ceil(events * share) - 1] ?? Number.POSITIVE_INFINITY;
  exceeded ||= at(0.99) > LONE_EVENT_LIMIT_MS;
  const ofSend = "waybill_relay_send_duration_seconds";
  const sendMs = ((await metricOf(relay, `${ofSend}_sum`)) / (await metricOf(relay, `${ofSend}_count`))) * 1_000;
  const percentiles = { minMs: latencies[0], p50Ms: at(0.5), p90Ms: at(0.9), p99Ms: at(0.99), maxMs: at(1) };
  const figures = { events, ...percentiles, meanSendMs: Number(sendMs.toFixed(2)), limitMs: LONE_EVENT_LIMIT_MS };
  console.log(JSON.stringify({ part: `lone events, ${part}`, ...figures }));
}

/** Milliseconds from the answer to COMMIT to the broker's append time. */
async function commitOne(key: string, afterCommit: () => void = () => {}): Promise<number> {
  await insertEvents(writer, event, [{ key, version: 1 }]);
  const committedAt = Date.now();
  afterCommit();
  return (await eventually(() => appendTimes.get(key))) - committedAt;
}

/** CPU of the two backends of the relay, and of its process, while nothing is published. */
async function measureIdle(relay: RelayProcess, seconds: number): Promise<void> {
  const { rows } = await writer.query<{ pid: number }>(
    "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'outbox-relay%'",
  );
  const backends = rows.map(({ pid }) => pid);
  await delay(11_000); // the pause has reached its longest, the first idle saves are done
  const cpuOf = (pids: readonly number[]) => pids.reduce((sum, pid) => sum + cpuNanoseconds(pid), 0);
  const polls = await metricOf(relay, "waybill_relay_polls_total");
  const before = { backends: cpuOf(backends), relay: cpuOf([relay.pid]), at: performance.now() };
  await delay(seconds * 1_000);
  const elapsedNanoseconds = (performance.now() - before.at) * 1e6;
  const percent = (cpu: number) => Number(((100 * cpu) / elapsedNanoseconds).toFixed(3));
  const databasePercent = percent(cpuOf(backends) - before.backends);
  exceeded ||= databasePercent > IDLE_LIMIT_PERCENT;
  const relayPercent = percent(cpuOf([relay.pid]) - before.relay);
  const pollsPerSecond = Number((((await metricOf(relay, "waybill_relay_polls_total")) - polls) / seconds).toFixed(1));
  const figures = { backends: backends.length, pollsPerSecond, databasePercent, relayPercent };
  console.log(JSON.stringify({ part: "idle", seconds, ...figures, limitPercent: IDLE_LIMIT_PERCENT }));
}

/** Time on a CPU, of all threads. Source: Linux, Documentation/scheduler/sched-stats.rst, "/proc/<pid>/schedstat". */
function cpuNanoseconds(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const ofThread = (thread: string) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]);
  return threads.reduce((sum, thread) => sum + ofThread(thread), 0);
}

/** The sum over its labels. */
async function metricOf(relay: RelayProcess, name: string): Promise<number> {
  const text = await (await fetch(`${relay.httpUrl}/metrics`)).text();
  const lines = text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, "gm"));
  return [...lines].reduce((sum, [, value]) => sum + Number(value), 0);
}

async function readAppendTimes(): Promise<() => Promise<void>> {
  const kafka = kafkaOf(broker.brokers);
  const admin = kafka.admin();
  await admin.connect();
  const configEntries = [{ name: "message.timestamp.type", value: "LogAppendTime" }];
  await admin.createTopics({ topics: [{ topic: event.topic, numPartitions: 6, configEntries }], waitForLeaders: true });
  await admin.disconnect();
  const consumer = kafka.consumer({ groupId: `${event.topic}-bench`, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topic: event.topic, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message }) => void appendTimes.set(String(message.key), Number(message.timestamp)),
  });
  return () => consumer.disconnect();
}
