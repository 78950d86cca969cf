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

/** @throws SandboxError `service-unreachable`. @returns host and port, without credentials */
export async function checkDatabase(url: string): Promise<string> {
  const address = addressOf(url, "DATABASE_URL", /^postgres(ql)?:$/, "postgresql://user:password@host:5432/database");
  await reach("PostgreSQL", "DATABASE_URL", address, async () => {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CHECK_TIMEOUT_MS });
    await client.connect();
    await client.end();
  });
  return address;
}

/** One of the brokers is enough. @throws SandboxError `service-unreachable`. @returns the brokers */
export async function checkBrokers(brokers: readonly string[]): Promise<string> {
  const wrong = brokers.filter((broker) => !/^[^\s/@]+:\d{1,5}$/.test(broker));
  if (wrong.length > 0) throw misspelt("KAFKA_BROKERS", "host:9092, separated by commas");
  const address = brokers.join(",");
  await reach("Kafka", "KAFKA_BROKERS", address, () => Promise.any(brokers.map(connectTo)));
  return address;
}

/** @throws SandboxError `service-unreachable`. @returns host and port, without credentials */
export async function checkRegistry(url: string): Promise<string> {
  const address = addressOf(url, "SCHEMA_REGISTRY_URL", /^https?:$/, "http://host:8081");
  await reach("the schema registry", "SCHEMA_REGISTRY_URL", address, async () => {
    const { username, password, origin, pathname } = new URL(url);
    const subjects = `${origin}${pathname.replace(/\/$/, "")}/subjects`;
    const credentials = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
    const headers = username === "" ? {} : { authorization: `Basic ${credentials.toString("base64")}` };
    const response = await fetch(subjects, { headers, signal: AbortSignal.timeout(CHECK_TIMEOUT_MS) });
    if (!response.ok) throw new Error(`GET /subjects answered ${response.status}`);
  });
  return address;
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
function addressOf(url: string, variable: string, protocol: RegExp, example: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !protocol.test(parsed.protocol) || parsed.host === "") throw misspelt(variable, example);
  return parsed.host;
}

/** Does not repeat what is wrong: it may hold a password. */
function misspelt(variable: string, example: string): SandboxError {
  return new SandboxError("service-unreachable", `${variable} is not of the form ${example}: correct it, or unset it`);
}

async function connectTo(broker: string): Promise<void> {
  const { hostname, port } = new URL(`kafka://${broker}`);
  const socket = connect({ host: hostname.replace(/^\[(.*)\]$/, "$1"), port: Number(port), timeout: CHECK_TIMEOUT_MS });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve).once("error", reject);
    socket.once("timeout", () => reject(new Error(`no answer from ${broker} within ${CHECK_TIMEOUT_MS} ms`)));
  }).finally(() => socket.destroy());
}
