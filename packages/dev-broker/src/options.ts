import { DevBrokerError } from "./errors.ts";

/** How a dev broker is started. Every option has a default. */
export interface DevBrokerOptions {
  /** The address to listen on. Default 127.0.0.1: clients need no credentials, so think before you open it. */
  readonly host?: string;
  /** The port to listen on. Default 0: a free one, see `RunningDevBroker.port`. */
  readonly port?: number;
  /** `host:port` that clients are told to use, for a proxy in front. Default: where the broker listens. */
  readonly advertisedAddress?: string;
  /** The folder to keep everything in, made when missing. Default: memory alone, gone at the end. */
  readonly dataDir?: string;
  /** Whether a client that asks for a topic gets it made. Default true, as Kafka's. */
  readonly autoCreateTopics?: boolean;
  /** The partitions of a topic that is made without a number. Default 4. */
  readonly defaultPartitions?: number;
  /** How long the first rebalance of an empty group waits for more members, in ms. Default 0 (Kafka: 3000). */
  readonly groupInitialRebalanceDelayMs?: number;
  /** The shortest session timeout that a member may ask for, in ms. Default 6000, as Kafka's. */
  readonly groupMinSessionTimeoutMs?: number;
  /** The longest session timeout that a member may ask for, in ms. Default 1800000, as Kafka's. */
  readonly groupMaxSessionTimeoutMs?: number;
  /** Hears of connections that the broker closed and of torn files, a line each, never of payloads. Default: nobody. */
  readonly log?: (line: string) => void;
}

/** The options with every default filled in. */
export type Settings = Required<Omit<DevBrokerOptions, "dataDir" | "advertisedAddress">> & {
  readonly dataDir: string | undefined;
  readonly advertisedAddress: { readonly host: string; readonly port: number } | undefined;
};

/** @throws DevBrokerError INVALID_OPTION, naming every option that is wrong */
export function resolveOptions(options: DevBrokerOptions): Settings {
  const settings = {
    host: options.host ?? "127.0.0.1",
    port: options.port ?? 0,
    advertisedAddress: parseAddress(options.advertisedAddress),
    dataDir: options.dataDir,
    autoCreateTopics: options.autoCreateTopics ?? true,
    defaultPartitions: options.defaultPartitions ?? 4,
    groupInitialRebalanceDelayMs: options.groupInitialRebalanceDelayMs ?? 0,
    groupMinSessionTimeoutMs: options.groupMinSessionTimeoutMs ?? 6_000,
    groupMaxSessionTimeoutMs: options.groupMaxSessionTimeoutMs ?? 1_800_000,
    log: options.log ?? ((): void => {}),
  };
  const problems = [
    integerProblem("port", settings.port, 0, 65_535),
    integerProblem("defaultPartitions", settings.defaultPartitions, 1, 10_000),
    integerProblem("groupInitialRebalanceDelayMs", settings.groupInitialRebalanceDelayMs, 0, 2 ** 31 - 1),
    integerProblem("groupMinSessionTimeoutMs", settings.groupMinSessionTimeoutMs, 1, 2 ** 31 - 1),
    integerProblem("groupMaxSessionTimeoutMs", settings.groupMaxSessionTimeoutMs, 1, 2 ** 31 - 1),
    settings.advertisedAddress === null
      ? `advertisedAddress must be host:port, not ${options.advertisedAddress}`
      : null,
  ].filter((problem) => problem !== null);
  const { advertisedAddress } = settings;
  if (problems.length > 0 || advertisedAddress === null) {
    throw new DevBrokerError("INVALID_OPTION", `The dev broker cannot start: ${problems.join("; ")}.`);
  }
  return { ...settings, advertisedAddress };
}

function integerProblem(name: string, value: number, min: number, max: number): string | null {
  if (Number.isInteger(value) && value >= min && value <= max) return null;
  return `${name} must be an integer from ${min} to ${max}, not ${value}`;
}

function parseAddress(address: string | undefined): { host: string; port: number } | undefined | null {
  if (address === undefined) return undefined;
  const [, host, digits] = /^(.+):(\d{1,5})$/.exec(address) ?? [];
  const port = Number(digits);
  return host !== undefined && port >= 1 && port <= 65_535 ? { host: host.replace(/^\[(.*)\]$/, "$1"), port } : null;
}
