import { messageOf, RelayError } from "../errors.ts";
import { PROBLEM_POLICIES } from "../dead-letters/parking-plan.ts";
import { LOG_LEVELS } from "../observability/logger.ts";
import { deliveryProblems, kafkaSettings } from "./kafka-settings.ts";
import { kafkaSecurityProblems } from "./kafka-security-problems.ts";
import {
  booleanSetting,
  brokersSetting,
  choiceSetting,
  hoursSetting,
  integerSetting,
  type Setting,
  textSetting,
  urlSetting,
} from "./setting-kinds.ts";

const second = 1_000;
const minute = 60 * second;

/** All settings. Flags, variables, the file, `--help`, `.env.example` and the README's table come from here. */
export const settingsTable = {
  databaseUrl: urlSetting(["postgres:", "postgresql:"], {
    flag: "--database-url",
    env: "DATABASE_URL",
    description: "The database that holds the outbox: its primary, not through a pooler in transaction mode.",
  }),
  brokers: brokersSetting({
    flag: "--brokers",
    env: "KAFKA_BROKERS",
    description: "Kafka's bootstrap servers, host:port, separated by commas.",
  }),
  registryUrl: urlSetting(["http:", "https:"], {
    flag: "--registry-url",
    env: "SCHEMA_REGISTRY_URL",
    description: "The schema registry (Confluent's API). Credentials in it become basic authentication.",
  }),
  autoRegister: booleanSetting({
    flag: "--auto-register",
    env: "RELAY_AUTO_REGISTER",
    default: "false",
    description: "Register schemas that the registry lacks. For development: in CI `schemas push` does it.",
  }),
  autoCreateTopics: booleanSetting({
    flag: "--auto-create-topics",
    env: "RELAY_AUTO_CREATE_TOPICS",
    default: "false",
    description: "Let the broker create missing topics, with its defaults, where it allows that. For development.",
  }),
  clientId: textSetting({
    flag: "--client-id",
    env: "RELAY_CLIENT_ID",
    default: "outbox-relay",
    description: "The client id that Kafka's logs and quotas see.",
  }),
  ...kafkaSettings,
  httpHost: textSetting({
    flag: "--http-host",
    env: "RELAY_HTTP_HOST",
    default: "0.0.0.0",
    description: "The address that /livez, /readyz and /metrics are served on.",
  }),
  httpPort: integerSetting(0, 65_535, {
    flag: "--http-port",
    env: "RELAY_HTTP_PORT",
    default: "9464",
    description: "The port of the same; 0 takes any free one.",
  }),
  batchSize: integerSetting(1, 100_000, {
    flag: "--batch-size",
    env: "RELAY_BATCH_SIZE",
    unit: "events",
    default: "3000",
    description: "Most events of a batch; two are in memory at once, one in flight and one being read.",
  }),
  maxBatchBytes: integerSetting(1, 1 << 30, {
    flag: "--max-batch-bytes",
    env: "RELAY_MAX_BATCH_BYTES",
    unit: "bytes",
    default: "16000000",
    description: "Most bytes of events of a batch; a larger event comes alone.",
  }),
  maxRequestBytes: integerSetting(1, 1 << 30, {
    flag: "--max-request-bytes",
    env: "RELAY_MAX_REQUEST_BYTES",
    unit: "bytes",
    default: "1000000",
    description: "Most bytes sent to the broker at once: not above the topics' max.message.bytes.",
  }),
  pollBusyMs: integerSetting(1, minute, {
    flag: "--poll-busy-ms",
    env: "RELAY_POLL_BUSY_MS",
    unit: "ms",
    default: "1",
    description: "The pause between two polls while events come.",
  }),
  pollIdleMs: integerSetting(1, minute, {
    flag: "--poll-idle-ms",
    env: "RELAY_POLL_IDLE_MS",
    unit: "ms",
    default: "50",
    description: "The longest pause between two polls while none come.",
  }),
  wakeOnNotify: booleanSetting({
    flag: "--wake-on-notify",
    env: "RELAY_WAKE_ON_NOTIFY",
    default: "true",
    description: "Poll at once when an application notifies that it has published; polls go on all the same.",
  }),
  lanes: integerSetting(1, 8, {
    flag: "--lanes",
    env: "RELAY_LANES",
    default: "1",
    description: "How many sends may be awaited side by side; a key belongs to one lane.",
  }),
  leaseMs: integerSetting(second, 10 * minute, {
    flag: "--lease-ms",
    env: "RELAY_LEASE_MS",
    unit: "ms",
    default: "10000",
    description: "How long other instances wait before they take over from one that is silent. The same for all.",
  }),
  checkpointMs: integerSetting(0, minute, {
    flag: "--checkpoint-ms",
    env: "RELAY_CHECKPOINT_MS",
    unit: "ms",
    default: "50",
    description: "The least time between two saves of the cursors: a crash repeats what was published since.",
  }),
  idleCheckpointMs: integerSetting(second, 60 * minute, {
    flag: "--idle-checkpoint-ms",
    env: "RELAY_IDLE_CHECKPOINT_MS",
    unit: "ms",
    default: "5000",
    description: "How often an advance of the cursor without events is saved.",
  }),
  retentionHours: hoursSetting(8_760, {
    flag: "--retention-hours",
    env: "RELAY_RETENTION_HOURS",
    unit: "hours",
    default: "24",
    description:
      "How long published rows stay in the outbox, at most 6 slots of the ring; 0 for no longer than needed.",
  }),
  connectTimeoutMs: integerSetting(100, minute, {
    flag: "--connect-timeout-ms",
    env: "RELAY_CONNECT_TIMEOUT_MS",
    unit: "ms",
    default: "10000",
    description: "How long connecting to the database, the broker or the registry may take.",
  }),
  sendTimeoutMs: integerSetting(100, 2 * minute, {
    flag: "--send-timeout-ms",
    env: "RELAY_SEND_TIMEOUT_MS",
    unit: "ms",
    default: "30000",
    description: "How long the broker may take to have a request replicated.",
  }),
  retryMaxMs: integerSetting(1, minute, {
    flag: "--retry-max-ms",
    env: "RELAY_RETRY_MAX_MS",
    unit: "ms",
    default: "10000",
    description: "The longest pause between two attempts while the database, broker or registry fails.",
  }),
  onProblem: choiceSetting(PROBLEM_POLICIES, {
    flag: "--on-problem",
    env: "RELAY_ON_PROBLEM",
    default: "hold-key",
    description:
      "An event that cannot be published: put it aside with what follows on its key, alone, or hold everything at it.",
  }),
  parkAfterMs: integerSetting(0, 60 * minute, {
    flag: "--park-after-ms",
    env: "RELAY_PARK_AFTER_MS",
    unit: "ms",
    default: "30000",
    description: "How long a missing topic, right or schema holds everything before its events are put aside.",
  }),
  holdRetryMs: integerSetting(1, minute, {
    flag: "--hold-retry-ms",
    env: "RELAY_HOLD_RETRY_MS",
    unit: "ms",
    default: "10000",
    description: "The pause between two attempts at an event that cannot be published.",
  }),
  graceMs: integerSetting(0, 60 * minute, {
    flag: "--grace-ms",
    env: "RELAY_GRACE_MS",
    unit: "ms",
    default: "25000",
    description: "How long SIGTERM may wait for what is in flight.",
  }),
  logLevel: choiceSetting(LOG_LEVELS, {
    flag: "--log-level",
    env: "RELAY_LOG_LEVEL",
    default: "info",
    description: "The least level that is logged.",
  }),
} as const satisfies Readonly<Record<string, Setting<unknown>>>;

export type SettingName = keyof typeof settingsTable;

/** The settings of a relay, parsed and complete. */
export type RelaySettings = { readonly [Name in SettingName]: ReturnType<(typeof settingsTable)[Name]["parse"]> };

export const settingNames = Object.keys(settingsTable) as SettingName[];

/** Where settings come from; earlier sources win. Values are as written. */
export interface SettingSources {
  readonly flags: Readonly<Partial<Record<SettingName, string>>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The parsed JSON of the config file: an object by setting name. */
  readonly file?: { readonly path: string; readonly content: unknown };
}

/**
 * Flags win over variables, variables over the file, the file over defaults.
 *
 * @param problems of a command's own flags, told in the same message
 * @throws RelayError SETTINGS_INVALID naming every problem with its source
 */
export function loadSettings(sources: SettingSources, problems: readonly string[] = []): RelaySettings {
  return loadNamed(settingNames, sources, problems) as unknown as RelaySettings;
}

/** The one setting of the admin commands. @throws RelayError SETTINGS_INVALID */
export function loadDatabaseUrl(sources: SettingSources): string {
  return loadSelected(["databaseUrl"], sources).databaseUrl;
}

/**
 * The settings that a command needs.
 *
 * @param problems of the command's own flags, told in the same message
 * @throws RelayError SETTINGS_INVALID naming every problem with its source
 */
export function loadSelected<Name extends SettingName>(
  names: readonly Name[],
  sources: SettingSources,
  problems: readonly string[] = [],
): Pick<RelaySettings, Name> {
  return loadNamed(names, sources, problems) as Pick<RelaySettings, Name>;
}

/** Whether a setting is given anywhere, rightly or wrongly. */
export function isGiven(name: SettingName, sources: SettingSources): boolean {
  const setting: Setting<unknown> = settingsTable[name];
  return findValue(name, { ...setting, default: "" }, sources, fileEntries(sources.file, []))?.text !== "";
}

function loadNamed(
  names: readonly SettingName[],
  sources: SettingSources,
  otherProblems: readonly string[] = [],
): Record<string, unknown> {
  const problems = [...otherProblems];
  const file = fileEntries(sources.file, problems);
  const values: Record<string, unknown> = {};
  for (const name of names) {
    const setting: Setting<unknown> = settingsTable[name];
    const found = findValue(name, setting, sources, file);
    if (found === null) {
      problems.push(`${setting.flag} (${setting.env}) is missing: ${setting.description}`);
      continue;
    }
    try {
      values[name] = setting.parse(found.text);
    } catch (error) {
      problems.push(`${found.source}: ${messageOf(error)}`);
    }
  }
  problems.push(...kafkaSecurityProblems(values), ...deliveryProblems(values));
  if (problems.length === 0) return values;
  throw new RelayError("SETTINGS_INVALID", `wrong settings:\n${problems.map((line) => `  - ${line}`).join("\n")}`);
}

/** The settings that have no default, and any of the others. */
export type RelayOptions = Pick<RelaySettings, "databaseUrl" | "brokers" | "registryUrl"> & Partial<RelaySettings>;

/** For callers that hold values rather than texts. @throws RelayError SETTINGS_INVALID */
export function completeSettings(options: RelayOptions): RelaySettings {
  const content = Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined && value !== null),
  );
  return loadSettings({ flags: {}, env: {}, file: { path: "options", content } });
}

function findValue(
  name: SettingName,
  setting: Setting<unknown>,
  sources: SettingSources,
  file: ReadonlyMap<string, string>,
): { readonly text: string; readonly source: string } | null {
  const flag = sources.flags[name];
  if (flag !== undefined) return { text: flag, source: setting.flag };
  const variable = sources.env[setting.env];
  if (variable !== undefined && variable !== "") return { text: variable, source: `variable ${setting.env}` };
  const entry = file.get(name);
  if (entry !== undefined) return { text: entry, source: `${sources.file?.path}, ${name}` };
  return setting.default === undefined ? null : { text: setting.default, source: `default of ${setting.flag}` };
}

function fileEntries(file: SettingSources["file"], problems: string[]): Map<string, string> {
  const entries = new Map<string, string>();
  if (file === undefined) return entries;
  if (typeof file.content !== "object" || file.content === null || Array.isArray(file.content)) {
    problems.push(`${file.path}: expects an object by setting name, such as {"batchSize": 500}`);
    return entries;
  }
  for (const [name, value] of Object.entries(file.content)) {
    if (!Object.hasOwn(settingsTable, name)) problems.push(`${file.path}: there is no setting ${JSON.stringify(name)}`);
    else entries.set(name, Array.isArray(value) ? value.join(",") : String(value));
  }
  return entries;
}
