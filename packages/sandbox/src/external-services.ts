import pg from "pg";
import { connect } from "node:net";
import { SandboxError } from "./errors.ts";

/** Services that run already: the sandbox uses them and starts only those that are absent here. */
export interface ExternalServices {
  /** PostgreSQL's URL. */
  readonly databaseUrl?: string;
  /** host:port of Kafka brokers. */
  readonly brokers?: readonly string[];
  /** Base URL of a Confluent-compatible schema registry. */
  readonly registryUrl?: string;
}

/** What DATABASE_URL, KAFKA_BROKERS (separated by commas) and SCHEMA_REGISTRY_URL name. Empty ones count as unset. */
export function externalServicesFrom(env: Readonly<Record<string, string | undefined>>): ExternalServices {
  const { DATABASE_URL: databaseUrl, KAFKA_BROKERS: brokers, SCHEMA_REGISTRY_URL: registryUrl } = env;
  return {
    ...(databaseUrl ? { databaseUrl } : {}),
    ...(brokers ? { brokers: brokers.split(",").map((broker) => broker.trim()) } : {}),
    ...(registryUrl ? { registryUrl } : {}),
  };
}

const CHECK_TIMEOUT_MS = 5_000;

/** @throws SandboxError `service-unreachable` */
export async function checkDatabase(url: string): Promise<void> {
  await reach("PostgreSQL", "DATABASE_URL", addressOf(url), async () => {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CHECK_TIMEOUT_MS });
    await client.connect();
    await client.end();
  });
}

/** One of the brokers is enough. @throws SandboxError `service-unreachable` */
export async function checkBrokers(brokers: readonly string[]): Promise<void> {
  await reach("Kafka", "KAFKA_BROKERS", brokers.join(","), () => Promise.any(brokers.map(connectTo)));
}

/** @throws SandboxError `service-unreachable` */
export async function checkRegistry(url: string): Promise<void> {
  await reach("the schema registry", "SCHEMA_REGISTRY_URL", addressOf(url), async () => {
    const { username, password, origin, pathname } = new URL(url);
    const subjects = `${origin}${pathname.replace(/\/$/, "")}/subjects`;
    const credentials = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
    const headers = username === "" ? {} : { authorization: `Basic ${credentials.toString("base64")}` };
    const response = await fetch(subjects, { headers, signal: AbortSignal.timeout(CHECK_TIMEOUT_MS) });
    if (!response.ok) throw new Error(`GET /subjects answered ${response.status}`);
  });
}

async function reach(what: string, variable: string, address: string, attempt: () => Promise<unknown>): Promise<void> {
  try {
    await attempt();
  } catch (error) {
    throw new SandboxError(
      "service-unreachable",
      `${what} does not answer at ${address} (from ${variable}): ${reasonOf(error)}. ` +
        `Start it, correct ${variable}, or unset it to have one started here`,
      { cause: error },
    );
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join("; ");
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message;
}

/** Host and port alone: URLs hold passwords. */
function addressOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : "an address that is no URL";
}

async function connectTo(broker: string): Promise<void> {
  const { hostname, port } = new URL(`kafka://${broker}`);
  const socket = connect({ host: hostname.replace(/^\[(.*)\]$/, "$1"), port: Number(port), timeout: CHECK_TIMEOUT_MS });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve).once("error", reject);
    socket.once("timeout", () => reject(new Error(`no answer from ${broker} within ${CHECK_TIMEOUT_MS} ms`)));
  }).finally(() => socket.destroy());
}
